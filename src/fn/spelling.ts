/** Text in Go's `%q` spelling: double quotes, control characters escaped, other text as it is. */
export function quoted(text: string): string {
  let result = '"';
  for (const char of text) result += escapes[char] ?? (isPrintable(char) ? char : escaped(char));
  return `${result}"`;
}

/** Text for the terminal: line feeds and tabs stay, other control characters are spelled out. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, char =>
    char === "\n" || char === "\t" ? char : escaped(char),
  );
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function isPrintable(char: string): boolean {
  return char === " " || !/^[\p{C}\p{Z}]$/u.test(char);
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

/** A duration as Go prints it, cut to milliseconds: `0s`, `12ms`, `1.234s`, `1m2.5s`. */
export function duration(ms: number): string {
  const whole = Math.trunc(ms);
  if (whole < 1) return "0s";
  if (whole < 1000) return `${whole}ms`;
  const seconds = `${trimmed((whole % 60_000) / 1000)}s`;
  const minutes = Math.trunc(whole / 60_000);
  if (minutes === 0) return seconds;
  const hours = Math.trunc(minutes / 60);
  return `${hours > 0 ? `${hours}h` : ""}${minutes % 60}m${seconds}`;
}

function trimmed(seconds: number): string {
  return seconds.toFixed(3).replace(/\.?0+$/, "");
}
