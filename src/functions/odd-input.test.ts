// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns are written so
import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../sdk/testing.ts";
import { loadFunction } from "./load.ts";

/** What the published functions say to input that makes little sense; compared with them, run as programs. */
const cases: readonly {
  says: string;
  fn: string;
  tag?: string;
  config: string;
  input: string;
  failed?: boolean;
  messages?: readonly string[];
  stderr?: RegExp | string;
  output?: RegExp;
}[] = [
  {
    says: "a label that is a number is an error, and isn't counted",
    fn: "set-labels",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {app: x}}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {app: 1}}}",
    failed: true,
    messages: [
      'Resource(apiVersion=, kind=ConfigMap) has unmatched field type "string" in fieldpath .metadata.labels.app',
      "set 0 labels in total",
    ],
  },
  {
    says: "a wrong field inside a job template is named from the top",
    fn: "set-labels",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {app: x}}",
    input:
      "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {selector: {matchLabels: [x]}}}}}",
    failed: true,
    messages: [
      'Resource(apiVersion=, kind=CronJob) has unmatched field type "string" in fieldpath .spec.jobTemplate.spec.selector.matchLabels.app',
      "set 2 labels in total",
    ],
  },
  {
    says: "labels in a config must be texts",
    fn: "set-labels",
    config: "{apiVersion: fn.kpt.dev/v1alpha1, kind: SetLabels, metadata: {name: c}, labels: {app: {a: b}}}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    failed: true,
    messages: [
      "unable to convert object to *setlabels.SetLabels with error: json: cannot unmarshal object into Go struct field SetLabels.labels of type string",
    ],
  },
  {
    says: "a list with a stranger in it is left alone whole",
    fn: "set-labels",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {app: x}}",
    input:
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {ingress: [{from: [1, {podSelector: {matchLabels: {app: y}}}]}]}}",
    messages: ["set 2 labels in total"],
    output: /app: y/,
  },
  {
    says: "a path that can't be followed fails set-annotations",
    fn: "set-annotations",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: x}}",
    input: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec: text\n",
    failed: true,
    messages: [
      "failed to run function: failed to run transformer: considering field 'spec/template/metadata/annotations' of object\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  annotations:\n    a: x\nspec: text\n: expected sequence or mapping node",
    ],
  },
  {
    says: "annotations of a list's fields are no annotations",
    fn: "set-annotations",
    config:
      "{apiVersion: fn.kpt.dev/v1alpha1, kind: SetAnnotations, metadata: {name: c}, annotations: {a: [x]}}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    failed: true,
    stderr:
      /failed to unmarshal config ".*": error unmarshaling JSON: .* cannot unmarshal array into Go struct field plugin.annotations of type string$/,
  },
  {
    says: "additional image fields that can't be followed are errors of their objects",
    fn: "set-image",
    config:
      "{apiVersion: fn.kpt.dev/v1alpha1, kind: SetImage, metadata: {name: c}, image: {name: nginx, newTag: '2'}, additionalImageFields: [{path: spec/a/image, create: true}]}",
    input: "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: x}",
    failed: true,
    messages: [
      "considering field 'spec/a/image' of object Service.v1.[noGrp]/a.[noNs]: expected sequence or mapping node",
      "summary: updated a total of 0 image(s)",
    ],
  },
  {
    says: "set-image makes no fields",
    fn: "set-image",
    config:
      "{apiVersion: fn.kpt.dev/v1alpha1, kind: SetImage, metadata: {name: c}, image: {name: nginx, newTag: '2'}, additionalImageFields: [{path: spec/a/image, create: true}]}",
    input: "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}}\n",
    output: /spec: \{\}/,
  },
  {
    says: "a comment behind a comma belongs to the field before it",
    fn: "apply-setters",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: new}}",
    input: "apiVersion: v1\nkind: Foo\nmetadata: {\n  name: x, # kpt-set: ${a}\n  namespace: y\n}\n",
    messages: ['set field value to "new"'],
    output: /name: new, # kpt-set: \$\{a\}\n {2}namespace: y/,
  },
  {
    says: "a plain field may become what older YAML calls a boolean",
    fn: "search-replace",
    config:
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {by-path: data.a, put-value: 'on'}}",
    input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: text\n",
    output: /a: on$/m,
  },
  {
    says: "the comment of a block stands behind its first line",
    fn: "search-replace",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {by-path: data.a}}",
    input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |- # why\n    text\n",
    messages: ['Matched field value "|- # why\\n  text"'],
  },
  {
    says: "a path through a text names the text",
    fn: "search-replace",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {by-path: data.a.b, put-value: x}}",
    input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: text # why\n",
    failed: true,
    stderr: /^wrong Node Kind for data\.a expected: MappingNode was ScalarNode: value: \{text # why\}wrong/,
  },
  {
    says: "a pattern for files that is left open is an error",
    fn: "search-replace",
    config:
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {by-path: data.a, by-file-path: '['}}",
    input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    failed: true,
    messages: ['failed to perform search-replace operation: "syntax error in pattern"'],
  },
  {
    says: "delete-annotations fails in silence but for its result",
    fn: "delete-annotations",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {b: c}}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    failed: true,
    messages: ["annotationKeys was not provided as part of the config or paramters to the function"],
    stderr: "",
  },
  {
    says: "the first releases wanted something to look for",
    fn: "search-replace",
    tag: "v0.1.1",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {put-value: x}}",
    input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    failed: true,
    messages: [
      'failed to perform search-replace operation: "at least one of [\\"by-value\\", \\"by-value-regex\\", \\"by-path\\"] must be provided"',
    ],
  },
  {
    says: "the first release took a List for a resource, and knew no target path",
    fn: "upsert-resource",
    tag: "v0.1.0",
    config:
      "apiVersion: v1\nkind: List\nmetadata:\n  name: l\n  annotations:\n    config.kubernetes.io/target-path: f.yaml\nitems: []\n",
    input: "apiVersion: v1\nkind: List\nmetadata:\n  name: l\nitems:\n  - {a: b}\n",
    output: /target-path: f\.yaml\nitems: \[\]/,
  },
  {
    says: "a setter without anything in it can't be read",
    fn: "create-setters",
    config: '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: x, b: ""}}',
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}",
    failed: true,
    messages: ["failed to create setters: parsing error"],
    stderr: "parsing errorparsing error\n",
  },
  {
    says: "a source that is not there is named with its field and its options",
    fn: "apply-replacements",
    config:
      "{apiVersion: fn.kpt.dev/v1alpha1, kind: ApplyReplacements, metadata: {name: c}, replacements: [{source: {kind: Foo, fieldPath: data.a, options: {delimiter: ':', index: 2}}, targets: [{select: {kind: ConfigMap}}]}]}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    failed: true,
    messages: ["nothing selected by Foo.[noVer].[noGrp]/[noName].[noNs]:data.a::(2), create=false"],
  },
  {
    says: "without a Kptfile it says so twice",
    fn: "set-project-id",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {project-id: p}}",
    input: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    failed: true,
    messages: [],
    stderr:
      /^(failed to set project-id setter: failed to find Kptfile: unable to find Kptfile, [^,]* present){2}\n$/,
  },
  {
    says: "a setter's file that is not there is an error",
    fn: "set-project-id",
    config: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {project-id: p}}",
    input:
      "{apiVersion: kpt.dev/v1, kind: Kptfile, metadata: {name: a}, pipeline: {mutators: [{image: apply-setters, configPath: nope.yaml}]}}",
    failed: true,
    stderr:
      /^(failed to set project-id setter: error updating Kptfile: failed to find setter file: file nope\.yaml doesn't exist, [^,]* retry){2}\n$/,
  },
];

for (const each of cases) {
  test(`${each.fn}: ${each.says}`, async () => {
    const fn = await loadFunction(each.fn);
    assert.ok(fn);
    const options = { config: each.config, ...(each.tag === undefined ? {} : { tag: each.tag }) };
    const { failed, files, results } = await runOnFiles(fn, { "f.yaml": each.input }, options);
    assert.equal(failed !== undefined, each.failed ?? false, failed?.message);
    if (each.messages !== undefined)
      assert.deepEqual(
        results.map(({ message }) => message),
        each.messages,
      );
    if (typeof each.stderr === "string") assert.equal(failed?.stderr, each.stderr);
    else if (each.stderr !== undefined) assert.match(failed?.stderr ?? "", each.stderr);
    if (each.output !== undefined) assert.match(files.get("f.yaml") ?? "", each.output);
  });
}
