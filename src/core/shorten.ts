/** A text with its middle left out where it is longer than `limit`; `note` says so in its place. */
export function shorten(
  text: string,
  limit: number,
  note = (left: number) => ` … (${left} characters left out) … `,
): string {
  if (text.length <= limit) return text;
  const half = limit >> 1;
  const head = half - (isHigh(text.charCodeAt(half - 1)) ? 1 : 0);
  const tail = text.length - half + (isHigh(text.charCodeAt(text.length - half - 1)) ? 1 : 0);
  return text.slice(0, head) + note(tail - head) + text.slice(tail);
}

/** The first half of a pair that makes one character. */
function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
