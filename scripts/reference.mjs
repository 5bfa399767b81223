// Writes docs/reference from the declarations of the commands; --check only tells whether the pages are up to date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kpt } from "../dist/src/cli/commands/index.js";
import { exitCodes } from "../dist/src/cli/exit-codes.js";
import { flagTable, usageLine } from "../dist/src/cli/help.js";

const folder = fileURLToPath(new URL("../docs/reference", import.meta.url));

/** One page per group or single command; the text a help page shows, laid out for reading. */
function pages() {
  const shown = kpt.commands.filter(({ hidden }) => !hidden);
  const made = new Map(shown.map(each => [`${each.name}.md`, page(each)]));
  made.set("README.md", index(shown));
  return made;
}

function index(shown) {
  const rows = shown.map(({ name, summary }) => `| [${name}](${name}.md) | ${summary} |`);
  return `# Commands

Generated from the declarations of the commands; \`kpt COMMAND --help\` shows the same.

| command | |
| --- | --- |
${rows.join("\n")}

Flags of every command:

${flagTable(undefined)}

## Exit codes

| code | |
| --- | --- |
${exitCodeRows()}
`;
}

function exitCodeRows() {
  const says = {
    ok: "done",
    error: "something was wrong with the input, the machine or the work",
    resourcesFailed: "`live`: a resource failed, or did not reconcile in time",
    mergeConflict: "`pkg update --on-conflict=fail`: local and upstream changes contradict each other",
    hangUp: "ended by SIGHUP",
    interrupted: "ended by Ctrl-C",
    brokenPipe: "the reader of the output has gone away",
    terminated: "ended by SIGTERM",
  };
  return Object.entries(exitCodes)
    .map(([name, code]) => `| ${code} | ${says[name]} |`)
    .join("\n");
}

function page(command) {
  return `# kpt ${command.name}\n\n${body(command, `kpt ${command.name}`, 2)}`;
}

function body(command, path, level) {
  const parts = [text(command.description ?? command.summary)];
  if (command.aliases?.length) parts.push(`Also: ${command.aliases.map(each => `\`${each}\``).join(", ")}`);
  if (command.kind === "group") {
    const shown = command.commands.filter(({ hidden }) => !hidden);
    for (const child of [...shown].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const childPath = `${path} ${child.name}`;
      parts.push(`${"#".repeat(level)} ${childPath}`, body(child, childPath, level + 1).trimEnd());
    }
    return `${parts.join("\n\n")}\n`;
  }
  parts.push(`\`\`\`text\n${usageLine(command, path)}\n\`\`\``);
  if (command.examples?.length) {
    const lines = command.examples.map(({ says, run }) => `# ${says}\n${run}`);
    parts.push(`\`\`\`shell\n${lines.join("\n\n")}\n\`\`\``);
  }
  const table = flagTable(command);
  if (table !== "") parts.push(table);
  return `${parts.join("\n\n")}\n`;
}

/** Blocks that a help page indents stay as they are. */
function text(description) {
  const blocks = description.trim().split(/\n{2,}/);
  return blocks
    .map(block => (/\n? {2,}\S/.test(block) ? `\`\`\`text\n${block}\n\`\`\`` : block))
    .join("\n\n");
}

const made = pages();
if (process.argv.includes("--check")) {
  const stale = [...made].filter(([name, page]) => {
    const file = join(folder, name);
    return !existsSync(file) || readFileSync(file, "utf8") !== page;
  });
  for (const [name] of stale) console.error(`docs/reference/${name} is not what the commands declare`);
  if (stale.length > 0) {
    console.error("node scripts/reference.mjs writes the pages anew");
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!made.has(name)) rmSync(join(folder, name));
  for (const [name, page] of made) writeFileSync(join(folder, name), page);
}
