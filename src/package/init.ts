import { basename, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { stringify } from "../core/yaml/print.ts";
import { inNewFolder } from "../host/folder.ts";
import { cleanPath } from "../host/inside.ts";
import { ioError } from "../host/io-error.ts";
import { statusOf } from "../host/status-of.ts";
import { PackageFolder } from "./folder.ts";
import { writeChanges } from "./write.ts";

export interface InitOptions {
  /** As the user typed it. */
  directory: string;
  cwd: string;
  description: string;
  keywords: readonly string[];
  site: string;
  report: (line: string) => void;
}

const localConfig = { "config.kubernetes.io/local-config": "true" };

/** Makes a folder a package: writes Kptfile, README.md and package-context.yaml, each where it is missing. */
export function initPackage(options: InitOptions): void {
  const { directory, cwd, report } = options;
  const folder = resolve(cwd, directory);
  const status = statusOf(folder);
  if (status?.isDirectory() === false) {
    throw new KptError("IO", `${JSON.stringify(directory)} is not a directory`);
  }
  if (status === undefined) {
    report(`creating package directory ${directory}`);
    try {
      inNewFolder(folder, () => writeMissing(folder, options));
    } catch (error) {
      throw ioError("mkdir", directory, error);
    }
  } else writeMissing(folder, options);
}

function writeMissing(folder: string, options: InitOptions): void {
  const shown = cleanPath(options.directory);
  const present = new Set(
    PackageFolder.open(folder)
      .entries("")
      .map(({ name }) => name),
  );
  const missing = contents(basename(folder), options).filter(([name]) => !present.has(name));
  for (const [name] of missing) options.report(`writing ${shown === "." ? name : `${shown}/${name}`}`);
  writeChanges(
    folder,
    missing.map(([path, content]) => ({ path, content })),
  );
}

function contents(name: string, options: InitOptions): [name: string, content: string][] {
  const { description, keywords, site } = options;
  const info = {
    ...(site === "" ? {} : { site }),
    ...(description === "" ? {} : { description }),
    ...(keywords.length === 0 ? {} : { keywords }),
  };
  const kptfile = {
    apiVersion: "kpt.dev/v1",
    kind: "Kptfile",
    metadata: { name, annotations: localConfig },
    info,
  };
  return [
    ["Kptfile", stringify(kptfile, { indentSeq: "compact" })],
    ["README.md", readme(name, description)],
    ["package-context.yaml", packageContext("example")],
  ];
}

/** The ConfigMap by which functions learn the name of the package. */
export function packageContext(name: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kptfile.kpt.dev", annotations: localConfig },
    data: { name },
  });
}

function readme(name: string, description: string): string {
  return `# ${name}

## Description
${description}

## Usage

### Fetch the package
\`kpt pkg get REPO_URI[.git]/PKG_PATH[@VERSION] ${name}\`
Details: https://kpt.dev/reference/cli/pkg/get/

### View package content
\`kpt pkg tree ${name}\`
Details: https://kpt.dev/reference/cli/pkg/tree/

### Apply the package
\`\`\`
kpt live init ${name}
kpt live apply ${name} --reconcile-timeout=2m --output=table
\`\`\`
Details: https://kpt.dev/reference/cli/live/
`;
}
