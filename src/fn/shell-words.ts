import { KptError } from "../core/error.ts";

/**
 * Splits a command as a shell would, without variables, globs or pipes: quotes, backslashes and comments only
 * (spec: fn 4.1).
 */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word = "";
  let inWord = false;
  let quote = "";
  for (let i = 0; i < command.length; i++) {
    const c = command[i] ?? "";
    if (quote !== "") {
      if (c === quote) quote = "";
      else if (c === "\\" && quote === '"' && i + 1 < command.length) word += command[++i];
      else word += c;
    } else if (/[ \t\r\n]/.test(c)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
    } else if (c === "#" && !inWord) {
      while (i + 1 < command.length && command[i + 1] !== "\n") i++;
    } else {
      inWord = true;
      if (c === "'" || c === '"') quote = c;
      else if (c !== "\\") word += c;
      else if (i + 1 < command.length) word += command[++i];
      else throw invalid(command, "EOF found after escape character");
    }
  }
  if (quote !== "") throw invalid(command, "EOF found when expecting closing quote");
  if (inWord) words.push(word);
  return words;
}

function invalid(command: string, reason: string): KptError {
  return new KptError("USAGE", `exec command ${JSON.stringify(command)} must be valid: ${reason}`);
}
