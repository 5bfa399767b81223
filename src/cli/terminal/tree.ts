/** A line of a tree with the lines below it. */
export interface TreeLine {
  text: string;
  below: readonly TreeLine[];
}

/** Draws a tree under its first line; every line ends in a newline. */
export function drawTree(root: TreeLine): string {
  const lines = [root.text];
  const pending = root.below.map((line, index) => ({
    line,
    prefix: "",
    last: index === root.below.length - 1,
  }));
  pending.reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { line, prefix, last } = next;
    lines.push(`${prefix}${last ? "└── " : "├── "}${line.text}`);
    const inner = `${prefix}${last ? "    " : "│   "}`;
    for (let index = line.below.length - 1; index >= 0; index--) {
      pending.push({ line: line.below[index]!, prefix: inner, last: index === line.below.length - 1 });
    }
  }
  return `${lines.join("\n")}\n`;
}
