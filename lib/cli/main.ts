#!/usr/bin/env node
// The `albert` program: ties the command line to this process. Everything that can be tested without a process is in program.ts.
import { env } from '../env.js'
import { candidateLines } from './candidates.js'
import { exitCodes } from './exit-codes.js'
import { runProgram } from './program.js'

const controller = new AbortController()

/** The first signal stops the work between two layers and leaves; nothing is written half. */
function stopOn(signal: NodeJS.Signals, code: number): void {
  process.once(signal, () => {
    controller.abort()
    process.exit(code)
  })
}

/** A reader that has seen enough (`| head`) is no error. */
function watchOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    process.stderr.write(`albert: the output cannot be written: ${error.message}\n`)
    process.exit(exitCodes.cannotWrite)
  })
}

stopOn('SIGINT', exitCodes.interrupted)
stopOn('SIGTERM', exitCodes.terminated)
watchOutput(process.stdout)
process.stderr.on('error', () => {})

// Asked by shells at every press of the tab key: answered before anything else is looked at.
if (process.argv[2] === 'complete' && process.argv[3] === '--') {
  process.stdout.write(`${candidateLines(process.argv.slice(4)).join('\n')}\n`)
  process.exit(exitCodes.ok)
}

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: controller.signal,
  version: env.version,
})
