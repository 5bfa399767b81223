export { fn } from "../set-annotations/function.ts";
