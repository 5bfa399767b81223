export { doc } from "../set-annotations/doc.ts";
