// What `albert build` compiles the addon with: CMake, which opens no connection, else the node-gyp that comes with npm.
// Finds the tool and says how to run it; runs nothing but `--version`.
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { CommandError, exitCodes } from './exit-codes.js'

/** How it is run, and what it leaves. */
export interface BuildTool {
  name: string
  steps: [program: string, args: string[]][]
  /** Where the addon may lie afterwards. */
  results: string[]
}

/** CMake where there is one; else node-gyp. `folder` holds the source. */
export function buildTool(folder: string): BuildTool {
  const jobs = String(availableParallelism())
  if (process.platform === 'win32')
    throw new CommandError(exitCodes.unavailable, 'The addon cannot be built on Windows; use the prebuilt binary.')
  if (answers('cmake')) {
    const configure = ['-S', folder, '-B', join(folder, 'cmake'), '-DCMAKE_BUILD_TYPE=Release']
    configure.push(`-DCMAKE_JS_INC=${join(folder, 'include')}`)
    // The functions of Node-API come from the process that loads the addon.
    if (process.platform === 'darwin') configure.push('-DCMAKE_SHARED_LINKER_FLAGS=-undefined dynamic_lookup')
    return {
      name: 'CMake',
      steps: [
        ['cmake', configure],
        ['cmake', ['--build', join(folder, 'cmake'), '--target', 'albert', '--parallel', jobs]],
      ],
      results: ['cmake/albert.node'],
    }
  }
  const gyp = nodeGyp()
  if (gyp && (answers('python3') || answers('python'))) {
    const prefix = dirname(dirname(realpathSync(process.execPath)))
    const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : []
    return {
      name: 'node-gyp',
      steps: [
        [process.execPath, [gyp, 'configure', ...headers]],
        [process.execPath, [gyp, 'build', 'albert', '--jobs', jobs, ...headers]],
      ],
      results: ['build/Release/albert.node'],
    }
  }
  throw new CommandError(
    exitCodes.unavailable,
    'Neither CMake nor Python 3 (for node-gyp) is there to build with.',
    'Install CMake and a C++20 compiler (Debian: apt-get install cmake g++) and run this again.',
  )
}

function answers(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

/** npm brings node-gyp; it tells where under npx, else it lies beside the npm that the shell would find. */
function nodeGyp(): string | undefined {
  const beside = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'npm'))
    .filter(existsSync)
    .map(npm => join(dirname(dirname(realpathSync(npm))), 'node_modules/node-gyp/bin/node-gyp.js'))
  return [process.env['npm_config_node_gyp'], ...beside].find(file => file !== undefined && existsSync(file))
}
