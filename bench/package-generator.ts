import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Generated {
  /** Each has four objects: Deployment, Service, ConfigMap, ServiceAccount, in a file of its own. */
  applications: number;
  /** Version 2 changes every image, every tenth port, and adds an environment variable to every fifth application. */
  version: 1 | 2;
}

function application(index: number, version: 1 | 2): string {
  const name = `app-${String(index).padStart(4, "0")}`;
  const port = version === 2 && index % 10 === 0 ? 9090 : 8080;
  const added =
    version === 2 && index % 5 === 0 ? '\n            - name: TRACING\n              value: "on"' : "";
  return `# Application ${index}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
  labels:
    app: ${name}
    tier: backend
spec:
  replicas: ${1 + (index % 3)} # as measured
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
        - name: main
          image: registry.example.com/shop/${name}:v${version}
          ports:
            - containerPort: ${port}
              name: http
          env:
            - name: LOG_LEVEL
              value: info
            - name: CONFIG
              valueFrom:
                configMapKeyRef:
                  name: ${name}
                  key: settings${added}
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: shop
data:
  # Read once, at start.
  settings: |
    cache.size=${index * 10}
    feature.search=true
    greeting=Hello from ${name}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: shop
`;
}

const kptfile = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: app
pipeline:
  mutators:
    - image: set-namespace:v0.4.5
      configMap:
        namespace: market
    - image: set-labels:v0.2.5
      configMap:
        team: shop
    - image: apply-setters:v0.2
      configMap:
        tier: backend
`;

/** Writes a package of plain files into a folder; the same arguments give the same bytes. */
export function generatePackage(folder: string, { applications, version }: Generated): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Kptfile"), kptfile);
  for (let index = 0; index < applications; index++) {
    const group = join(folder, `group-${String(Math.floor(index / 50)).padStart(2, "0")}`);
    if (index % 50 === 0) mkdirSync(group, { recursive: true });
    writeFileSync(join(group, `app-${String(index).padStart(4, "0")}.yaml`), application(index, version));
  }
}
