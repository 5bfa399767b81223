import type { Controller } from "./controller.ts";
import { definitionController } from "./definitions.ts";
import { garbageCollector } from "./garbage.ts";
import { namespaceController } from "./namespaces.ts";

export function allControllers(): Controller[] {
  return [definitionController, namespaceController, garbageCollector];
}
