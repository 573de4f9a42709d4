// The platforms that have a release binary: one line each, read by build.mjs, check.mjs, run.mjs and the tests.
// `triple` is the compiler's name of the platform with the oldest system that the binary may need.

/**
 * @typedef {object} Target
 * @property {string} name      what build.mjs takes on its command line
 * @property {string} file      where lib/native-loader.ts looks for it, below prebuilds/
 * @property {'ELF' | 'Mach-O' | 'PE'} format
 * @property {'x64' | 'arm64'} arch  as in process.arch
 * @property {string} triple
 */

/** The oldest glibc that a Linux binary may ask for: Debian 10, RHEL 8, Ubuntu 20.04. */
export const GLIBC_FLOOR = '2.28'

/** The oldest macOS, by processor. */
export const MACOS_FLOOR = { x64: '10.15', arm64: '11.0' }

/** @type {Target[]} */
export const TARGETS = [
  target('linux-x64-glibc', 'linux-x64/albert.glibc.node', 'ELF', `x86_64-linux-gnu.${GLIBC_FLOOR}`),
  target('linux-arm64-glibc', 'linux-arm64/albert.glibc.node', 'ELF', `aarch64-linux-gnu.${GLIBC_FLOOR}`),
  target('linux-x64-musl', 'linux-x64/albert.musl.node', 'ELF', 'x86_64-linux-musl'),
  target('linux-arm64-musl', 'linux-arm64/albert.musl.node', 'ELF', 'aarch64-linux-musl'),
  target('darwin-x64', 'darwin-x64/albert.node', 'Mach-O', `x86_64-macos.${MACOS_FLOOR.x64}`),
  target('darwin-arm64', 'darwin-arm64/albert.node', 'Mach-O', `aarch64-macos.${MACOS_FLOOR.arm64}`),
  target('win32-x64', 'win32-x64/albert.node', 'PE', 'x86_64-windows-gnu'),
  target('win32-arm64', 'win32-arm64/albert.node', 'PE', 'aarch64-windows-gnu'),
]

/** The targets that are named, or all. @param {string[]} names */
export function targetsNamed(names) {
  for (const name of names) {
    if (!TARGETS.some(one => one.name === name))
      throw new Error(`there is no target ${name}; there are ${TARGETS.map(one => one.name).join(', ')}`)
  }
  return names.length === 0 ? TARGETS : TARGETS.filter(one => names.includes(one.name))
}

/** The target of this machine, if there is one. */
export function hostTarget() {
  const { header } = /** @type {any} */ (process.report.getReport())
  const libc = process.platform !== 'linux' ? '' : header.glibcVersionRuntime ? '-glibc' : '-musl'
  return TARGETS.find(({ name }) => name === `${process.platform}-${process.arch}${libc}`)
}

/** @param {string} name @param {string} file @param {Target['format']} format @param {string} triple @returns {Target} */
function target(name, file, format, triple) {
  return { name, file, format, triple, arch: triple.startsWith('x86_64') ? 'x64' : 'arm64' }
}
