// The Python that runs the peers of Python: the program that ALBERT_ORACLE_PYTHON names, or --python. Without it they are left out.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), 'python')
/** Everything that an engine or a quantiser may need. */
const PACKAGES = ['torch', 'transformers', 'onnx', 'onnxruntime', 'openvino', 'nncf']

export class Python {
  /** @type {Record<string, string | null>} */
  #versions

  /** @param {string | undefined} program */
  constructor(program) {
    this.program = program ?? ''
    this.#versions = program ? JSON.parse(this.run('packages.py', PACKAGES)) : {}
  }

  /** Path of a script of python/. @param {string} name */
  script(name) {
    return join(SCRIPTS, name)
  }

  /** Runs a script; what it says goes to stderr except what it answers. @param {string} name @param {string[]} args */
  run(name, args) {
    const { status, stdout, error } = spawnSync(this.program, [this.script(name), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (error) throw new Error(`${this.program} cannot be started: ${error.message}`)
    if (status !== 0) throw new Error(`${name} ${args.join(' ')} failed`)
    return stdout
  }

  /** Why these packages cannot be used, or null. @param {string[]} packages */
  lack(packages) {
    if (!this.program) return 'no Python given (ALBERT_ORACLE_PYTHON or --python)'
    const missing = packages.filter(name => !this.#versions[name])
    return missing.length > 0 ? `${this.program} has no ${missing.join(', ')}` : null
  }
}
