// Why no addon could be loaded: the error with every place that was tried, and the hint for the cause that it shows.
// docs/troubleshooting.md explains each cause further.
import { AlbertError } from './errors.js'

export interface Attempt {
  path: string
  /** What the system said. */
  reason: string
}

interface Surroundings {
  /** `glibc`, `musl`, or empty where there is no choice. */
  libc: string
  /** False when our code runs from somebody else's bundle. */
  inPackage: boolean
}

const BUILD = 'install a C++20 compiler with CMake and run `npx albert build`'

/** First match wins, so what is special stands before what is general. */
const CAUSES: [sign: RegExp, hint: string][] = [
  [/loading addons is disabled|ERR_DLOPEN_DISABLED/, 'Node was started with --no-addons; start it without.'],
  [/GLIBC_|GLIBCXX_/, `The C library of this system is older than the binary needs; ${BUILD}.`],
  [
    /ld-linux|ld-musl|Error relocating/,
    `The binary is for another C library (glibc or musl); reinstall on this system, or ${BUILD}.`,
  ],
  [
    /incompatible architecture|wrong architecture/,
    'The binary is for another processor than this Node (an x64 Node under Rosetta?); install Node and the package for the same one.',
  ],
  [
    /invalid ELF|ELF header|Exec format|not a valid Win32|file too short|not a mach-o/i,
    'The file is no library of this system: damaged, or copied from another one; reinstall the package on this platform.',
  ],
  [
    /failed to map segment|Operation not permitted|Permission denied/,
    'The file lies where nothing may be executed (a noexec mount?); copy it elsewhere and set ALBERT_NATIVE_PATH to the copy.',
  ],
  [
    /specified (?:module|procedure) could not be found/,
    'A library of Windows is missing: Windows 10 or newer is needed.',
  ],
]

export function notLoaded(tried: Attempt[], surroundings: Surroundings): AlbertError {
  const hint = hintFor(tried, surroundings)
  const { node, napi } = process.versions
  const platform = `${process.platform}-${process.arch}${surroundings.libc ? ` (${surroundings.libc})` : ''}`
  const lines = [
    `albert: no native binary could be loaded for ${platform}, Node ${node}, Node-API ${napi}`,
    ...tried.map(({ path, reason }) => `  tried ${path}: ${reason}`),
    `  fix: ${hint}`,
    '  see: docs/troubleshooting.md, "No native binary could be loaded"',
  ]
  return new AlbertError('ERR_ALBERT_NATIVE', lines.join('\n'), { hint })
}

function hintFor(tried: Attempt[], { inPackage }: Surroundings): string {
  // What a file that was found said weighs more than that others were not there.
  const said = tried.map(({ reason }) => reason).filter(reason => !/^no such file|Cannot find module/.test(reason))
  const known = CAUSES.find(([sign]) => said.some(reason => sign.test(reason)))
  if (known) return known[1]
  if (tried.some(({ path }) => /[\\/]app\.asar[\\/]/.test(path)))
    return 'The system cannot open libraries inside app.asar; add "**/node_modules/albert-native/**" to asarUnpack.'
  if (!inPackage)
    return 'The package was bundled without its files; mark albert-native as external, or set ALBERT_NATIVE_PATH and give the model by its path.'
  if (process.execPath.startsWith('/snap/'))
    return 'A Node from snap sees only part of the system; install Node from nodejs.org or the distribution.'
  return `Reinstall the package on this platform, or ${BUILD}. In a clone: npm run build.`
}
