/**
 * Text that may have come from a package or a cluster, made safe for a terminal: control characters, which
 * could move the cursor or recolour the screen, are shown as escapes. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The same for what must stay on one line, such as a name. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
