import { version } from "./commands/version.ts";

export const root = [version];
