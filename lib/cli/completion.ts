// `albert completion`: the script that lets a shell complete commands, options and their values.
// The scripts ask `albert complete`, which candidates.ts answers. Those for zsh and fish are of @bomb.sh/tab; its script
// for bash is not used: it needs another package, offers no file names, doubles `--name=`, and runs what is typed in $().
import { script } from '@bomb.sh/tab'
import { bashCompletion } from './bash-completion.js'
import { command } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'

export const shells = ['bash', 'zsh', 'fish']

export const completionCommand = command<object>({
  name: 'completion',
  group: 'This machine',
  summary: 'the script that completes commands and options in a shell',
  arguments: '<shell>',
  examples: [
    { run: 'completion bash >> ~/.bashrc', does: 'bash' },
    { run: 'completion zsh > ~/.zfunc/_albert', does: 'zsh, with ~/.zfunc in fpath before compinit' },
    { run: 'completion fish > ~/.config/fish/completions/albert.fish', does: 'fish' },
  ],
  settings: [],
  options: [],
  run: async ({ args: [shell = ''], out }) => {
    if (!shells.includes(shell))
      throw new CommandError(exitCodes.usage, `There is no script for '${shell}'; there are ${shells.join(', ')}.`)
    if (shell === 'bash') await out.line(bashCompletion)
    else script(shell, 'albert', 'albert')
    return exitCodes.ok
  },
})
