/**
 * Versions that the catalog has published of its functions, by which a range in a `tag` field is resolved for functions
 * that run built in: without a registry, and to the same answer every time. Source: the catalog's releases.
 */
const versions: Readonly<Record<string, readonly string[]>> = {
  "annotate-apply-time-mutations": ["v0.1.0"],
  "apply-replacements": ["v0.1.0", "v0.1.1", "v0.1.2"],
  "apply-setters": ["v0.1.1", "v0.2.0", "v0.2.1"],
  "create-setters": ["v0.1.0"],
  "delete-annotations": ["v0.1.0"],
  "enable-gcp-services": ["v0.1.0"],
  "ensure-name-substring": ["v0.1.1", "v0.2.0"],
  "export-terraform": ["v0.1.0", "v0.2.0", "v0.3.0"],
  fix: ["v0.2.0", "v0.2.1"],
  format: ["v0.1.0"],
  gatekeeper: ["v0.1.3", "v0.2.0", "v0.2.1"],
  "generate-folders": ["v0.1.1"],
  kubeconform: ["v0.1.1", "v0.1.2", "v0.1.3"],
  "list-setters": ["v0.1.0"],
  "remove-local-config-resources": ["v0.1.0"],
  "render-helm-chart": ["v0.1.0", "v0.2.0", "v0.3.0"],
  "search-replace": ["v0.1.1", "v0.2.0"],
  "set-annotations": ["v0.1.3", "v0.1.4"],
  "set-enforcement-action": ["v0.1.0"],
  "set-image": ["v0.1.0", "v0.1.1"],
  "set-labels": ["v0.1.5", "v0.2.1", "v0.2.3", "v0.2.5"],
  "set-namespace": ["v0.1.4", "v0.2.0", "v0.3.4", "v0.4.1", "v0.4.2", "v0.4.3", "v0.4.4", "v0.4.5"],
  "set-project-id": ["v0.1.0", "v0.2.0"],
  starlark: ["v0.4.3", "v0.5.0", "v0.5.1", "v0.5.5"],
  "upsert-resource": ["v0.1.0", "v0.2.0"],
};

export function publishedTags(name: string): readonly string[] {
  return Object.hasOwn(versions, name) ? (versions[name] ?? []) : [];
}
