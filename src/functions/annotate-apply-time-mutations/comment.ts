import { RE2JS } from "re2js";

/** One value that is to be filled in from another object when that is known. */
export interface Substitution {
  sourcePath: string;
  sourceRef: { apiVersion?: string; group?: string; kind: string; name: string; namespace: string };
  targetPath: string;
  token?: string;
}

const mark = "# apply-time-mutation: ";
const reference = RE2JS.compile("\\$\\{([^/]+)/(?:([^/]+)/)?namespaces/([^/]+)/([^/]+)/([^:]+):([^}]+)\\}");

export interface MutationComment {
  substitution: Substitution;
  /** The text that the field gets, its token inside; undefined where the whole value is substituted. */
  text: string | undefined;
}

/** Reads a comment; undefined for other comments. Throws where one is marked but refers to nothing. */
export function readMutation(
  comment: string | undefined,
  targetPath: string,
  index: number,
): MutationComment | undefined {
  if (!comment?.startsWith(mark)) return undefined;
  const pattern = comment.slice(mark.length).trim();
  const matcher = reference.matcher(pattern);
  if (pattern === "") return undefined;
  if (!matcher.find()) throw new Error("apply mutation comment found with no valid reference to source path");
  const part = (group: number): string => matcher.group(group) ?? "";
  const version = part(2);
  const substitution: Substitution = {
    sourcePath: part(6),
    sourceRef: {
      ...(version === "" ? { group: part(1) } : { apiVersion: `${part(1)}/${version}` }),
      kind: part(4),
      name: part(5),
      namespace: part(3),
    },
    targetPath,
  };
  if (part(0) === pattern) return { substitution, text: undefined };
  const token = `\${ref${index}}`;
  const text = reference.matcher(pattern).replaceAll(() => token);
  return { substitution: { ...substitution, token }, text };
}
