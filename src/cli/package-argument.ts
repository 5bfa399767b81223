import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { ioError } from "../host/io-error.ts";
import type { Context } from "./context.ts";
import { visible } from "./terminal/visible.ts";

export interface PackageArgument {
  /** As the user spelled it, cleaned. */
  given: string;
  /** Where it is; the target, if the argument itself is a link. */
  absolute: string;
}

const mostLinks = 40;

/** A package as named on the command line. A link is followed, with a warning; what does not exist is refused. */
export function packageArgument(context: Context, argument = "."): PackageArgument {
  const given = normalize(argument);
  let path = given;
  try {
    for (
      let links = 0;
      !path.endsWith("/") && lstatSync(resolve(context.cwd, path)).isSymbolicLink();
      links++
    ) {
      if (links === mostLinks) throw new KptError("IO", `lstat ${given}: too many levels of symbolic links`);
      const target = readlinkSync(resolve(context.cwd, path));
      path = isAbsolute(target) ? normalize(target) : join(dirname(path), target);
    }
    // A slash at the end follows the link without a word.
    statSync(resolve(context.cwd, path));
  } catch (error) {
    throw ioError("lstat", given, error);
  }
  if (path !== given) {
    context.stderr.write(
      visible(
        `[WARN] resolved symlink "${given}" to "${path}", please note that the symlinks within the package are ignored\n`,
      ),
    );
  }
  return { given, absolute: resolve(context.cwd, path) };
}
