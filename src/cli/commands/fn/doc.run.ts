import { KptError } from "../../../core/error.ts";
import { catalogName, checkImage, imagePrefix, withPrefix } from "../../../fn/image.ts";
import { encodeList } from "../../../fn/wire.ts";
import { docText, loadDoc } from "../../../functions/index.ts";
import { ContainerEngine, engineFrom } from "../../../host/container-engine.ts";
import type { Run } from "../../command.ts";
import { visible } from "../../terminal/visible.ts";
import type { docFlags } from "./doc.ts";

export const run: Run<typeof docFlags> = async (context, { flags }) => {
  const { env, cwd, signal } = context;
  const prefix = imagePrefix(flags["image-prefix"], env["KPT_IMAGE_PREFIX"]);
  if (flags.image === "") throw new KptError("USAGE", "image must be specified");
  const image = withPrefix(flags.image, prefix);
  checkImage(image);
  const name = env["KPT_FN_RUNTIME"] === "container" ? undefined : catalogName(image);
  const doc = name === undefined ? undefined : await loadDoc(name);
  if (name !== undefined && doc !== undefined) {
    context.stdout.write(docText(name, doc));
    return 0;
  }
  const engine = new ContainerEngine({ name: engineFrom(env), env, cwd, signal });
  const { exitCode, stdout, stderr } = await engine.run({
    image,
    args: ["--rm", "-i"],
    command: ["--help"],
    stdin: encodeList([], undefined).text,
    timeoutMs: 5 * 60_000,
    maxOutputBytes: 2 ** 24,
  });
  if (exitCode !== 0) {
    context.stderr.write(visible(stderr.toString("utf8")));
    throw new KptError(
      "FUNCTION_FAILED",
      `please ensure the container has an entrypoint and it supports --help flag: exit status ${exitCode ?? 1}`,
    );
  }
  context.stdout.write(`${visible(stdout.toString("utf8"))}\n`);
  return 0;
};
