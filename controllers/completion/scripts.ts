/** The shells that have a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What a shell is told in place of candidates when it is to offer the names of files. */
export const FILES_LINE = ':files'

const BASH = `# Completion of lanista for bash: source <(lanista completion bash)
_lanista() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${FILES_LINE} ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
      return
    fi
    [[ $line == *= ]] && compopt -o nospace 2>/dev/null
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" __complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -F _lanista lanista`

const ZSH = `#compdef lanista
# Completion of lanista for zsh: source <(lanista completion zsh), or save it as _lanista in a folder of $fpath
_lanista() {
  local value about
  local -a values shown open
  while IFS=$'\\t' read -r value about; do
    if [[ $value == ${FILES_LINE} ]]; then
      _files
      return
    fi
    if [[ $value == *= ]]; then
      open+=("$value")
      continue
    fi
    values+=("$value")
    shown+=("$value\${about:+  -- $about}")
  done < <("\${(Q)words[1]}" __complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
  (( $#open )) && compadd -S '' -a open
  (( $#values + $#open ))
}
if [[ $funcstack[1] == _lanista ]]; then
  _lanista "$@"
else
  compdef _lanista lanista
fi`

const FISH = `# Completion of lanista for fish: lanista completion fish | source
function __lanista_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    for line in ($program __complete fish -- $words (commandline -ct) 2>/dev/null)
        if test "$line" = ${FILES_LINE}
            __fish_complete_path (commandline -ct)
            return
        end
        echo -- $line
    end
end
complete -c lanista -f -a '(__lanista_complete)'`

/** The script by which a shell completes \`lanista\`. */
export const completionScript = (shell: Shell): string => ({ bash: BASH, zsh: ZSH, fish: FISH })[shell]
