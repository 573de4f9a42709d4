// `albert completion`: the script that lets a shell complete commands, options and their values.
// The scripts are those of @bomb.sh/tab; they ask `albert complete`, which candidates.ts answers.
import { script } from '@bomb.sh/tab'
import { command } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'

export const shells = ['bash', 'zsh', 'fish']

export const completionCommand = command<object>({
  name: 'completion',
  group: 'This machine',
  summary: 'the script that completes commands and options in a shell',
  arguments: '<shell>',
  examples: [
    { run: 'completion bash >> ~/.bashrc', does: 'bash, with the package bash-completion' },
    { run: 'completion zsh > ~/.zfunc/_albert', does: 'zsh, with ~/.zfunc in fpath before compinit' },
    { run: 'completion fish > ~/.config/fish/completions/albert.fish', does: 'fish' },
  ],
  settings: [],
  options: [],
  run: async ({ args: [shell = ''] }) => {
    if (!shells.includes(shell))
      throw new CommandError(exitCodes.usage, `There is no script for '${shell}'; there are ${shells.join(', ')}.`)
    script(shell, 'albert', 'albert')
    return exitCodes.ok
  },
})
