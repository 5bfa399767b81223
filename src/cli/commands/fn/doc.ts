import { command, flags } from "../../command.ts";

export const docFlags = flags({
  image: {
    type: "string",
    short: "i",
    default: "",
    placeholder: "IMAGE",
    summary: "the image of the function",
  },
  "image-prefix": {
    type: "string",
    placeholder: "PREFIX",
    summary: "registry and repository to put before short image names. Can also be set by KPT_IMAGE_PREFIX.",
  },
});

export const doc = command({
  name: "doc",
  args: { min: 0, max: 0 },
  summary: "Print the documentation of a function",
  description:
    "Prints what a built-in function does, how it is configured and which versions were published. Any other image is run with --help, as are all with KPT_FN_RUNTIME=container.",
  flags: docFlags,
  examples: [{ says: "Show what set-namespace does", run: "kpt fn doc --image set-namespace:latest" }],
  load: () => import("./doc.run.ts"),
});
