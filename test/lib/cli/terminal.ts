// Runs a command line in this process on a terminal that is not there, to see what a person would see.
import { runProgram } from '../../../lib/cli/program.js'

export interface Screen {
  code: number
  shown: string
  said: string
}

export async function onTerminal(args: string[], columns = 80, env: Record<string, string> = {}): Promise<Screen> {
  const texts = { shown: '', said: '' }
  const stream = (name: 'shown' | 'said'): NodeJS.WriteStream =>
    ({
      isTTY: true,
      columns,
      write(text: string) {
        texts[name] += text
        return true
      },
    }) as unknown as NodeJS.WriteStream
  const code = await runProgram(args, {
    stdin: { isTTY: true } as NodeJS.ReadStream,
    stdout: stream('shown'),
    stderr: stream('said'),
    env,
    signal: new AbortController().signal,
    version: '1.2.3',
  })
  return { code, ...texts }
}
