// The script that lets bash complete: what `albert completion bash` prints. Needs nothing but bash, from 3.2 on, where
// bash of 4.0 and newer also knows when file names make no sense. Nothing of what was typed is evaluated.
export const bashCompletion = `# bash completion for albert
_albert() {
  local word line last files=yes
  local -a words
  # Bash ends words at "=" too.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$((\${#words[@]} - 1))
    if [[ $last -ge 0 && $word == "=" && \${words[last]} == --* || $last -ge 0 && \${words[last]} == --*= ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :0) ;;
      :*) files=no ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(albert complete -- "\${words[@]}" 2> /dev/null)
  if [[ $files == no ]]; then compopt +o default 2> /dev/null; fi
}
complete -o default -F _albert albert`
