/**
 * Replaces several texts at once: at each position the first of them that stands there, and nothing inside
 * what was put in.
 */
export function replacer(pairs: readonly (readonly [text: string, by: string])[]): (text: string) => string {
  const byLetter = new Map<string, (readonly [text: string, by: string])[]>();
  for (const pair of pairs) {
    const letter = pair[0][0];
    if (letter === undefined) continue;
    const known = byLetter.get(letter);
    if (known === undefined) byLetter.set(letter, [pair]);
    else known.push(pair);
  }
  return text => {
    let replaced = "";
    let kept = 0;
    for (let at = 0; at < text.length; ) {
      const pair = byLetter.get(text[at] ?? "")?.find(([wanted]) => text.startsWith(wanted, at));
      if (pair === undefined) {
        at++;
        continue;
      }
      replaced += text.slice(kept, at) + pair[1];
      at += pair[0].length;
      kept = at;
    }
    return replaced + text.slice(kept);
  };
}
