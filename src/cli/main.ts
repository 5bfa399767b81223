export { kpt } from "./commands/index.ts";
