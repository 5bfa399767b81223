// Parse speed and memory of core/yaml beside the `yaml` library: node --expose-gc dist/bench/yaml.js [MB]
import { parseAllDocuments } from "yaml";
import { parseYaml } from "../src/core/yaml/parse.ts";

function application(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: # kpt-merge: team-${i}/app-${i}
  name: app-${i}
  namespace: team-${i} # kpt-set: \${namespace}
  labels:
    app.kubernetes.io/name: app-${i}
    tier: "frontend"
  annotations: {owner: team-${i}, 'note': "it's"}
spec:
  replicas: ${i % 9}
  selector:
    matchLabels:
      app: app-${i}
  template:
    spec:
      containers:
      - name: main
        image: registry.example.com/app:${i}.2.3
        args: ["--port", "80${i % 10}0", --verbose]
        # tuned by hand
        resources:
          limits:
            cpu: 500m
            memory: 512Mi
        ports:
        - containerPort: 8080
          name: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-${i}-config
data:
  key: value-${i}
  script: |
    #!/bin/sh
    echo "app ${i}"
    exec sleep 3600
---
`;
}

function sample(bytes: number): string {
  const pieces: string[] = [];
  for (let i = 0, size = 0; size < bytes; i++) {
    const piece = application(i);
    pieces.push(piece);
    size += piece.length;
  }
  return pieces.join("");
}

function time(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1e6;
}

function rate(text: string, run: () => unknown): string {
  return `${(text.length / 1e6 / time(run)).toFixed(1)} MB/s`;
}

const text = sample(Number(process.argv[2] ?? 5) * 1e6);
const out: string[] = [`input: ${(text.length / 1e6).toFixed(1)} MB`];
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
let kept = parseYaml("");
out.push(
  `own, cold: ${rate(text, () => {
    kept = parseYaml(text);
  })}`,
);
globalThis.gc?.();
const memory = (process.memoryUsage().heapUsed - before) / text.length;
out.push(`own, memory: ${memory.toFixed(1)} bytes per byte of input`);
for (let i = 0; i < 4; i++) parseYaml(text);
out.push(`own, warm: ${rate(text, () => parseYaml(text))}`);
const root = kept.documents[0]?.root;
if (root?.kind === "map") root.setIn(["metadata", "name"], "other");
out.push(`own, print after one edit: ${rate(text, () => kept.toString())}`);
if (!process.argv.includes("--own")) {
  const part = sample(1e6);
  parseAllDocuments(part);
  out.push(`library, warm: ${rate(part, () => parseAllDocuments(part))}`);
}
process.stdout.write(`${out.join("\n")}\n`);
