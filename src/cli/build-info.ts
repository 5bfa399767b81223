declare const KPT_VERSION: string | undefined;
declare const KPT_COMMIT: string | undefined;

/** Put in by the build of the binary; the sources alone don't know them. */
export const buildInfo = {
  version: typeof KPT_VERSION === "string" ? KPT_VERSION : undefined,
  commit: typeof KPT_COMMIT === "string" ? KPT_COMMIT : undefined,
};
