export { fn } from "../set-labels/function.ts";
