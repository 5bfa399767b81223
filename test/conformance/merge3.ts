import { readdirSync } from "node:fs";
import { join } from "node:path";
import { canonicalText } from "../../src/core/yaml/canonical.ts";
import { parseYaml } from "../../src/core/yaml/parse.ts";
import { mergeText } from "../../src/merge/merge-text.ts";
import { type Case, differences, readYaml, type Suite } from "./suite.ts";

interface Recorded {
  name: string;
  infer: boolean;
  origin: string;
  update: string;
  local: string;
  expected?: string;
  error?: string;
  expected_resource_merge?: string;
  resource_merge_error?: string;
}

function attempt(recorded: Recorded, variant: "generic" | "resource"): { text?: string; error?: string } {
  try {
    const infer = variant === "generic" && recorded.infer;
    return { text: mergeText(recorded.origin, recorded.update, recorded.local, { infer, variant }).trim() };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function compare(
  label: string,
  want: { text?: string | undefined; error?: string | undefined },
  got: { text?: string; error?: string },
): string[] {
  if (want.error !== undefined)
    return got.error === undefined ? [`${label}: no error; expected: ${want.error.split("\n")[0]}`] : [];
  if (got.error !== undefined) return [`${label}: ${got.error}`];
  const wanted = (want.text ?? "").trim();
  if (got.text === wanted || restyled(got.text ?? "") === wanted) return [];
  return differences(label, wanted, got.text ?? "");
}

/** The recorded merge printed every document anew; ours keeps the spelling and layout of the local one. */
function restyled(text: string): string {
  const root = parseYaml(text).documents[0]?.root;
  return root === undefined ? "" : canonicalText(root, { indentSeq: "compact" }).trim();
}

/** Three versions of a document and what the merge makes of them, in both variants. */
export const merge3: Suite = {
  name: "merge3",
  cases: folder =>
    readdirSync(folder)
      .filter(name => name.endsWith(".yaml") && name !== "list-merge-keys.yaml")
      .flatMap(file =>
        readYaml<Recorded[]>(join(folder, file)).map((recorded, at): Case => {
          const name = `${file.replace(/\.yaml$/, "")}/${String(at + 1).padStart(2, "0")}-${recorded.name.replaceAll(/[^\w]+/g, "-")}`;
          return {
            name,
            run: async () => {
              const generic = { text: recorded.expected, error: recorded.error };
              const resource =
                recorded.resource_merge_error !== undefined
                  ? { error: recorded.resource_merge_error }
                  : recorded.expected_resource_merge !== undefined
                    ? { text: recorded.expected_resource_merge }
                    : generic;
              return [
                ...compare("generic", generic, attempt(recorded, "generic")),
                ...compare("resource", resource, attempt(recorded, "resource")),
              ];
            },
          };
        }),
      ),
};
