// Writes src/core/schema/data/: the OpenAPI definitions and the discovery table of one Kubernetes version,
// plus the kinds that older versions had (for merging and scope), read from the Go module k8s.io/kubernetes
// (Apache-2.0). Needs `go` and its module proxy: node scripts/schema-data.mjs [VERSION]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const version = process.argv[2] ?? "v1.36.3";
// The version whose merge keys resource merges were recorded with; only what today's lacks is taken.
const olderVersion = "v1.21.2";

const out = new URL("../src/core/schema/data/", import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), "schema-data-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function apiFolder(of) {
  const answer = execFileSync("go", ["mod", "download", "-json", `k8s.io/kubernetes@${of}`], {
    cwd: scratch,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-modcacherw", GOMODCACHE: join(scratch, "modules") },
    maxBuffer: 1 << 24,
  });
  return join(JSON.parse(answer).Dir, "api");
}

const readJson = path => JSON.parse(readFileSync(path, "utf8"));
const shortName = reference => reference.replace(/^#\/(components\/schemas|definitions)\//, "");
const isEmptyDefault = value =>
  value === "" || value === 0 || value === false || JSON.stringify(value) === "{}";

/** A node without prose and without what Go's zero values leave behind. */
function slim(node) {
  const { allOf, oneOf, description, $ref, ...rest } = node;
  const slimmed = {};
  if ($ref !== undefined) slimmed.$ref = shortName($ref);
  if (allOf !== undefined) {
    if (allOf.length !== 1) throw new Error(`allOf of ${allOf.length}`);
    Object.assign(slimmed, slim(allOf[0]));
  }
  if (rest.format === "int-or-string") {
    return { ...slimmed, "x-kubernetes-int-or-string": true };
  }
  if (oneOf !== undefined) throw new Error(`unknown oneOf ${JSON.stringify(oneOf)}`);
  for (const [key, value] of Object.entries(rest)) {
    if (key === "properties") {
      slimmed.properties = Object.fromEntries(Object.entries(value).map(([name, of]) => [name, slim(of)]));
    } else if (key === "items" || key === "additionalProperties") {
      slimmed[key] = typeof value === "object" ? slim(value) : value;
    } else if (key === "default") {
      if (!isEmptyDefault(value)) slimmed.default = value;
    } else if (key !== "x-kubernetes-group-version-kind" && key !== "x-kubernetes-unions") {
      slimmed[key] = value;
    }
  }
  return slimmed;
}

const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const definitions = new Map();
const kinds = {};
// These stand in every group with every version; they belong to no group in particular.
const everywhere = new Set(["DeleteOptions", "WatchEvent"]);

function addDefinitions(schemas) {
  for (const [name, schema] of Object.entries(schemas)) {
    if (definitions.has(name)) continue;
    definitions.set(name, name === quantity ? { "x-quantity": true } : slim(schema));
    for (const { group, version: of, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      if (everywhere.has(kind)) continue;
      const apiVersion = group === "" ? of : `${group}/${of}`;
      kinds[apiVersion] ??= {};
      kinds[apiVersion][kind] ??= name;
    }
  }
}

const current = apiFolder(version);
const specs = join(current, "openapi-spec/v3");
for (const file of readdirSync(specs).sort()) {
  addDefinitions(readJson(join(specs, file)).components?.schemas ?? {});
}
const older = readJson(join(apiFolder(olderVersion), "openapi-spec/swagger.json"));
addDefinitions(older.definitions);

function byName(value) {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const lines = [JSON.stringify(byName(kinds))];
for (const [name, schema] of [...definitions].sort(([a], [b]) => (a < b ? -1 : 1))) {
  lines.push(`${name} ${JSON.stringify(schema)}`);
}

// Discovery: one group per entry, its versions in the order of preference.
function fromResourceList(list) {
  const resources = new Map();
  for (const resource of list.resources) {
    const [name, sub] = resource.name.split("/");
    const responseKind = {
      group: resource.group ?? "",
      version: resource.version ?? "",
      kind: resource.kind,
    };
    if (sub === undefined) {
      resources.set(name, {
        resource: name,
        singularResource: resource.singularName,
        responseKind,
        scope: resource.namespaced ? "Namespaced" : "Cluster",
        shortNames: resource.shortNames,
        categories: resource.categories,
        verbs: resource.verbs,
        subresources: [],
      });
    } else {
      // `bindings` exist only below pods as well as alone; a subresource always follows its resource.
      resources.get(name)?.subresources.push({ subresource: sub, responseKind, verbs: resource.verbs });
    }
  }
  return [...resources.values()];
}

const aggregated = readJson(join(current, "discovery/aggregated_v2.json"));
const core = readJson(join(current, "discovery/api__v1.json"));
const groups = [
  { metadata: { name: "" }, versions: [{ version: "v1", resources: fromResourceList(core) }] },
  ...aggregated.items.filter(item => item.metadata.name),
].map(({ metadata, versions }) => [
  metadata.name,
  versions.map(({ version: of, resources }) => [
    of,
    resources.map(resource => [
      resource.resource,
      resource.singularResource ?? "",
      resource.responseKind.kind,
      resource.scope === "Namespaced" ? 1 : 0,
      resource.shortNames ?? [],
      resource.categories ?? [],
      resource.verbs,
      (resource.subresources ?? []).map(sub => [
        sub.subresource,
        sub.verbs,
        ...(sub.responseKind === undefined
          ? []
          : [sub.responseKind.group ?? "", sub.responseKind.version ?? "", sub.responseKind.kind]),
      ]),
    ]),
  ]),
]);

// Kinds the current version does not serve: their scope and plural, from the paths of the older one.
const served = new Set(
  groups.flatMap(([group, versions]) =>
    versions.flatMap(([of, resources]) => resources.map(([, , kind]) => `${group}/${of}/${kind}`)),
  ),
);
const former = {};
for (const [path, methods] of Object.entries(older.paths)) {
  const found = /^\/api(?:s\/([^/]+))?\/([^/]+)\/(namespaces\/\{namespace\}\/)?([a-z]+)$/.exec(path);
  const post = methods.post?.["x-kubernetes-group-version-kind"];
  if (found === null || post === undefined) continue;
  const { group, version: of, kind } = post;
  if (served.has(`${group}/${of}/${kind}`)) continue;
  const apiVersion = group === "" ? of : `${group}/${of}`;
  former[apiVersion] ??= {};
  former[apiVersion][kind] = [found[4], found[3] === undefined ? 0 : 1];
}

function moduleText(name, text, says) {
  const packed = gzipSync(text, { level: 9 });
  packed[9] = 255; // the byte that names the operating system, so that every machine writes the same
  console.error(`${name}: ${text.length} characters, ${packed.length} bytes packed`);
  return `// Generated by scripts/schema-data.mjs from k8s.io/kubernetes ${version} and ${olderVersion} (Apache-2.0).\n/** ${says} */\nexport const ${name} =\n  "${packed.toString("base64")}";\n`;
}

mkdirSync(out, { recursive: true });
writeFileSync(
  join(out, "definitions.ts"),
  moduleText(
    "packedDefinitions",
    lines.join("\n"),
    "First line: definition by apiVersion and kind; then one definition per line.",
  ),
);
writeFileSync(
  join(out, "discovery.ts"),
  moduleText(
    "packedDiscovery",
    JSON.stringify({ groups, former: byName(former) }),
    "Served groups and their resources; kinds of former versions.",
  ) +
    `\n/** The Kubernetes version all of this is from. */\nexport const kubernetesVersion = "${version}";\n`,
);
