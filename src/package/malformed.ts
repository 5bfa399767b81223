import { KptError } from "../core/error.ts";

/** Reads YAML; what is wrong with it is told with the whole path of the file, as Go kpt does (spec: pkg 4). */
export function orMalformed<T>(absolute: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KptError) || error.code !== "YAML_SYNTAX") throw error;
    throw new KptError(
      error.code,
      `${absolute.replaceAll("\n", "\\n")}: MalformedYAMLError: ${error.message}`,
      {
        place: { ...error.place, file: absolute },
        cause: error,
      },
    );
  }
}
