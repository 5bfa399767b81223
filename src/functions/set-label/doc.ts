export { doc } from "../set-labels/doc.ts";
