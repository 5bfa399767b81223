// Starts a real control plane for tests by hand and serves until stopped: node dist/test/cluster/serve.js
import { findControlPlane } from "./build.ts";
import { startCluster } from "./start.ts";

const plane = findControlPlane(process.env, line => console.error(line));
if (plane === undefined) {
  console.error("no control plane: set KUBEBUILDER_ASSETS or install Go");
  process.exit(1);
}
const cluster = await startCluster(plane);
console.log(`export KUBECONFIG=${cluster.kubeconfig}`);
if (plane.kubectl) console.log(`# kubectl: ${plane.kubectl.join(" ")}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void cluster.stop().then(() => process.exit(0));
  });
}
