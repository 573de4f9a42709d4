// `albert build`: compiles the addon from the source in the package, where no prebuilt binary fits.
// Builds in a temporary folder, with what build-tool.ts finds, and puts the addon into its place once it has been loaded.
import { type SpawnSyncReturns, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Option } from 'commander'
import { makeFolders } from '../checkpoint/new-file.js'
import { packageRoot } from '../native-loader.js'
import { buildTool } from './build-tool.js'
import { command } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'

interface Options {
  out?: string
}

export const buildCommand = command<Options>({
  name: 'build',
  group: 'This machine',
  summary: 'compile the addon from the source in the package',
  arguments: '',
  examples: [
    { run: 'build', does: 'into the package, where it is loaded before a prebuilt binary' },
    { run: 'build --out ./albert.node', does: 'elsewhere; name the file in ALBERT_NATIVE_PATH' },
  ],
  settings: [],
  options: [new Option('--out <file>', 'where to put the addon; default build/Release/albert.node in the package')],
  run: async ({ options, out, messages, signal }) => {
    const root = packageRoot()
    const target = resolve(options.out ?? join(root, 'build', 'Release', 'albert.node'))
    await checkTarget(target)
    const folder = mkdtempSync(join(tmpdir(), 'albert-build-'))
    // What wrote here was killed a moment ago, so one more file may appear in between.
    const clean = (): void => {
      for (const made of [folder, `${target}.new`])
        rmSync(made, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    }
    process.once('exit', clean) // a signal ends the process without coming back here
    try {
      copySource(root, folder)
      const tool = buildTool(folder)
      messages.note(`building with ${tool.name} in ${folder}; this takes a minute or two.`)
      for (const [program, args] of tool.steps) await run(program, args, folder, signal)
      const built = tool.results.map(file => join(folder, file)).find(existsSync)
      if (!built) throw failed(`${tool.name} ended without an addon`)
      check(built)
      // In two steps: a process that loads the addon meanwhile must see the old file or the whole new one.
      cpSync(built, `${target}.new`)
      renameSync(`${target}.new`, target)
    } finally {
      process.off('exit', clean)
      clean()
    }
    await out.line(target)
    if (options.out) messages.note(`to use it: ALBERT_NATIVE_PATH=${target}`)
    return exitCodes.ok
  },
})

async function checkTarget(target: string): Promise<void> {
  const folder = dirname(target)
  try {
    await makeFolders(folder)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const message = `${folder} cannot be written (${(error as NodeJS.ErrnoException).code}).`
    throw new CommandError(exitCodes.cannotWrite, message, 'Give a place of your own: albert build --out FILE.')
  }
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new CommandError(exitCodes.usage, `${target} is a folder; --out wants the name of the file in it.`)
}

/** native/ and CMakeLists.txt as they are in the package, and beside them what a clone has in node_modules. */
function copySource(root: string, folder: string): void {
  const parts = { native: 'native', 'CMakeLists.txt': 'CMakeLists.txt', 'dist/build': '.' }
  for (const [from, to] of Object.entries(parts)) {
    const source = join(root, from)
    if (!existsSync(source))
      throw new CommandError(exitCodes.badFile, `${source} is missing; the package was copied without its source.`)
    cpSync(source, join(folder, to), { recursive: true })
  }
}

/**
 * What the tools print goes to stderr as it comes: stdout is for the path alone. They are a group of processes, which an
 * abort ends as a whole: compilers would work on. Their own temporary files lie in `cwd` and go with it.
 */
function run(program: string, args: string[], cwd: string, signal: AbortSignal): Promise<void> {
  return new Promise((done, reject) => {
    signal.throwIfAborted()
    const stdio: StdioOptions = ['ignore', process.stderr, process.stderr]
    const child = spawn(program, args, { cwd, stdio, detached: true, env: { ...process.env, TMPDIR: cwd } })
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }
    signal.addEventListener('abort', end, { once: true })
    child.on('error', reject)
    child.on('close', code => {
      signal.removeEventListener('abort', end)
      if (code === 0) done()
      else reject(signal.aborted ? signal.reason : failed(`${program} ended with code ${code}`))
    })
  })
}

/** In a process of its own: an addon that crashes must not take the command with it. */
function check(addon: string): void {
  const { status, stderr }: SpawnSyncReturns<string> = spawnSync(
    process.execPath,
    ['-e', 'require(process.argv[1]).machine()', addon],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw failed(`the addon that was built does not load: ${stderr.trim().split('\n').at(-1)}`)
}

function failed(reason: string): CommandError {
  return new CommandError(
    exitCodes.unavailable,
    `The addon was not built: ${reason}.`,
    'The messages above tell why. The compiler must know C++20 (GCC 12, Clang 15 or newer).',
  )
}
