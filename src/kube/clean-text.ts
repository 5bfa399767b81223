/** Text from a server, safe for a terminal: control characters are shown, not obeyed; lines stay lines. */
export function cleanText(text: string): string {
  return text.replace(
    // Bidirectional overrides can make a line read as something else, like escape sequences do.
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a text has what no header can carry: control characters, line breaks, anything beyond Latin-1. */
export function isControlled(text: string): boolean {
  return /[^\t\u0020-\u007e\u0080-\u00ff]/.test(text);
}
