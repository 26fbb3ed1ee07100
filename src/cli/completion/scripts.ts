/** A shell that piton has completion for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/*
 * Each asks `piton completion --candidates` for lines of a text, a tab and its description. Nobody
 * who presses a key waits for a lock.
 */
const BASH = `# Completion of piton and git piton for bash: source this file.
_piton_complete() {
  local program="$1" line
  shift
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("$program" completion --lock-timeout 0 --candidates -- "$@" 2>/dev/null)
}
_piton() {
  _piton_complete "$1" "\${COMP_WORDS[@]:1:COMP_CWORD}"
}
# Called by the completion of git.
_git_piton() {
  local at=1
  while [ "$at" -lt "$COMP_CWORD" ] && [ "\${COMP_WORDS[at]}" != piton ]; do at=$((at + 1)); done
  _piton_complete git-piton "\${COMP_WORDS[@]:at + 1:COMP_CWORD - at}"
}
complete -o bashdefault -o default -F _piton piton git-piton
`;

const ZSH = `#compdef piton git-piton
# Completion of piton for zsh: source this file, or put it as _piton into a folder of $fpath.
_piton() {
  local -a values descriptions line_words
  local line
  line_words=("\${(@)words[2,CURRENT]}")
  while IFS= read -r line; do
    values+=("\${line%%$'\\t'*}")
    descriptions+=("\${line/$'\\t'/  -- }")
  done < <("\${words[1]}" completion --lock-timeout 0 --candidates -- \
    "\${(@)line_words}" 2>/dev/null)
  if (( \${#values} )); then
    compadd -l -d descriptions -a values
  else
    _files
  fi
}
if [ "\${funcstack[1]}" = _piton ]; then
  _piton "$@"
else
  compdef _piton piton git-piton
fi
`;

const FISH = `# Completion of piton for fish: source this file.
function __piton_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] completion --lock-timeout 0 --candidates -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c piton -f -a '(__piton_candidates)'
complete -c git-piton -f -a '(__piton_candidates)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The script that teaches a shell to complete piton's commands; it asks piton each time. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
