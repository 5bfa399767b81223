const escapes: ReadonlyMap<number, string> = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);
const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;

/** A text in double quotes as Go's %q writes it: messages of the published functions are full of them. */
export function quote(text: string): string {
  let quoted = '"';
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const short = escapes.get(code);
    if (short !== undefined) quoted += short;
    else if (code < 0x7f && code >= 0x20) quoted += letter;
    else if (code < 0x80) quoted += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (!unprintable.test(letter)) quoted += letter;
    else if (code < 0x10000) quoted += `\\u${code.toString(16).padStart(4, "0")}`;
    else quoted += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `${quoted}"`;
}
