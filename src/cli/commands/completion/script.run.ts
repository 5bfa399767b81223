import type { Run } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { completionFlags, shells } from "./index.ts";

/**
 * Each script hands the words before the cursor to `kpt __complete` and offers what comes back: lines of
 * a value, a tab and a remark, then `:files`, `:folders` or `:nothing`, which the shell may add itself.
 */
const scripts: Record<(typeof shells)[number], string> = {
  bash: `# bash completion for kpt
_kpt() {
  local current=\${COMP_WORDS[COMP_CWORD]} line adds= IFS=$'\\n'
  local words=() word
  # bash divides --flag=value into three words; kpt takes it as one.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $word == = || \${words[-1]} == --*= ) ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) adds=\${line#:} ;;
      *)
        line=\${line%%$'\\t'*}
        [[ \${words[-1]} == --*=* ]] && line=\${line#*=}
        COMPREPLY+=("$line")
        ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  [[ $current == = ]] && current=
  case $adds in
    files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;
    folders) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$current")) ;;
  esac
}
complete -F _kpt kpt
`,
  fish: `# fish completion for kpt
function __kpt_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l program $words[1]
  for line in ($program __complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':folders'
        __fish_complete_directories (commandline -ct)
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c kpt -f -a '(__kpt_complete)'
`,
  powershell: `# PowerShell completion for kpt
Register-ArgumentCompleter -Native -CommandName kpt -ScriptBlock {
  param($current, $line, $cursor)
  $words = @($line.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($current -eq '') { $words += '' }
  & $line.CommandElements[0].Value __complete -- @words 2>$null | ForEach-Object {
    if ($_ -eq ':files' -or $_ -eq ':folders') {
      Get-ChildItem -Path "$current*" -Directory:($_ -eq ':folders') |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new((Resolve-Path -Relative $_)) }
    } elseif (-not $_.StartsWith(':')) {
      $value, $remark = $_ -split "\`t", 2
      if (-not $remark) { $remark = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $remark)
    }
  }
}
`,
  zsh: `#compdef kpt
# zsh completion for kpt
_kpt() {
  local line adds=
  local -a offers
  while IFS= read -r line; do
    case $line in
      :*) adds=\${line#:} ;;
      *)
        local value=\${line%%$'\\t'*} remark=\${line#*$'\\t'}
        offers+=("\${value//:/\\\\:}\${remark:+:$remark}")
        ;;
    esac
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#offers} )) && _describe kpt offers
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $adds in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
# Sourced, it registers itself; found on fpath, zsh calls it.
if [[ $funcstack[1] == _kpt ]]; then _kpt "$@"; else compdef _kpt kpt; fi
`,
};

export function printing(shell: (typeof shells)[number]): { run: Run<typeof completionFlags> } {
  return {
    run: async ({ stdout }) => {
      stdout.write(scripts[shell]);
      return exitCodes.ok;
    },
  };
}
