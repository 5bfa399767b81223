import { command, flags } from "../../command.ts";

export const getFlags = flags({
  strategy: {
    type: "string",
    default: "resource-merge",
    placeholder: "STRATEGY",
    summary:
      "update strategy that should be used when updating this package -- must be one of: " +
      "resource-merge,fast-forward,force-delete-replace,copy-merge",
    complete: ["resource-merge", "fast-forward", "force-delete-replace", "copy-merge"],
  },
  "for-deployment": {
    type: "boolean",
    summary: "indicates if this package will be deployed to a cluster",
  },
});

export const get = command({
  name: "get",
  usage: "REPO_URI[.git]/PKG_PATH[@VERSION] [LOCAL_DEST_DIRECTORY]",
  args: { min: 1, max: 2 },
  complete: "file",
  summary: "Fetch a package from a git repo.",
  description: `
Fetches a package from a directory of a git repository and writes it to a new
local directory, with a Kptfile that records where it came from.

REPO_URI:
  Address of a git repository (https, ssh, git@host:path, file or a path) that
  holds packages as directories. The suffix .git tells it from PKG_PATH; it may
  be left out for GitHub and for repositories on this machine. What GitHub shows
  in the browser (https://github.com/OWNER/REPO/tree/REF/DIR) is understood, too.

PKG_PATH:
  Directory of the package in the repository; the root unless given.

VERSION:
  A tag, branch or commit, or a range of versions such as ^1.2, which stands for
  the highest tag in it. For a package in DIR the tag DIR/VERSION is preferred to
  VERSION. The default branch of the repository unless given.

LOCAL_DEST_DIRECTORY:
  Where to write the package: a new directory, or an existing one in which a
  directory named after the package is made. Below the current directory
  unless given.

KPT_CACHE_DIR names the folder of the repository cache, $HOME/.kpt/repos unless set.
`,
  flags: getFlags,
  examples: [
    {
      says: "Fetch the package cockroachdb into a new directory of that name",
      run: "kpt pkg get https://github.com/kubernetes/examples.git/staging/cockroachdb@master",
    },
    {
      says: "Fetch it into my-package",
      run: "kpt pkg get https://github.com/kubernetes/examples.git/staging/cockroachdb@master ./my-package/",
    },
    {
      says: "Fetch the whole repository at a commit",
      run: "kpt pkg get https://github.com/kubernetes/examples.git/@6fe2792",
    },
  ],
  load: () => import("./get.run.ts"),
});
