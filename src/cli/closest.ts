/** Number of letters to insert, drop, change or swap with a neighbour to make one word the other. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, beforeLast[j - 2]! + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** Longer than any name of ours; comparing more would only cost time. */
const longestWord = 64;

/** The known names that the typed word may have meant, best first; none where nothing is close. */
export function closest(typed: string, known: readonly string[]): string[] {
  const word = typed.toLowerCase();
  if (word === "" || word.length > longestWord) return [];
  const allowed = word.length <= 3 ? 1 : word.length <= 12 ? 2 : 3;
  const scored = known.map(name => ({
    name,
    score: word.length > 1 && name.startsWith(word) ? 0 : distance(word, name.toLowerCase()),
  }));
  return scored
    .filter(({ score }) => score <= allowed)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** The end of a message about an unknown name; empty where nothing is close. */
export function suggestion(typed: string, known: readonly string[], prefix = ""): string {
  const names = closest(typed, known);
  if (names.length === 0) return "";
  return `\n\nDid you mean this?\n${names.map(name => `\t${prefix}${name}`).join("\n")}`;
}
