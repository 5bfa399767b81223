import { command, flags, group } from "../../command.ts";

export const shells = ["bash", "fish", "powershell", "zsh"] as const;

const setUp: Record<(typeof shells)[number], string> = {
  bash: `To load it in this session:

  source <(kpt completion bash)

To load it in every session:

  kpt completion bash > ~/.local/share/bash-completion/completions/kpt`,
  fish: `To load it in this session:

  kpt completion fish | source

To load it in every session:

  kpt completion fish > ~/.config/fish/completions/kpt.fish`,
  powershell: `To load it in this session:

  kpt completion powershell | Out-String | Invoke-Expression

To load it in every session, add that line to your profile.`,
  zsh: `To load it in this session:

  source <(kpt completion zsh)

To load it in every session, put it where zsh looks for functions:

  kpt completion zsh > "\${fpath[1]}/_kpt"`,
};

export const completionFlags = flags({});

export const completion = group({
  name: "completion",
  summary: "Generate the autocompletion script for the specified shell",
  description: `Generate the autocompletion script for kpt for the specified shell.
See each sub-command's help for details on how to use the generated script.`,
  commands: shells.map(name =>
    command({
      name,
      args: { min: 0, max: 0 },
      summary: `Generate the autocompletion script for ${name}`,
      description: `Generate the autocompletion script for ${name}.\n\n${setUp[name]}`,
      flags: completionFlags,
      load: async () => (await import("./script.run.ts")).printing(name),
    }),
  ),
});
