// The whole package without publishing it: binaries of all targets, checked; the bundle; the tarball in build/package,
// held to its budget; answers from the unpacked tarball on each platform that this machine has or emulates.
//   npm run release:dry                 everything
//   npm run release:dry -- --prebuilt   with the binaries that are in prebuilds/ already
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkAll, prebuilt, sumOf, writeSums } from './check.mjs'
import { foreignParts, writeBillOfMaterials, writeNotices } from './notices.mjs'
import { runAll } from './run.mjs'
import { TARGETS } from './targets.mjs'
import { output, root, run } from './tools.mjs'

const MAX_TARBALL_BYTES = 25e6
const MAX_UNPACKED_BYTES = 60e6
const folder = join(root, 'build', 'package')

/** @returns {{ path: string, unpackedBytes: number }} */
function pack() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const [packed] = JSON.parse(output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]))
  return { path: join(folder, packed.filename), unpackedBytes: packed.unpackedSize }
}

function table(outcomes) {
  const rows = prebuilt().map(({ path, target }) => [
    `prebuilds/${target.file}`,
    String(statSync(path).size),
    outcomes[target.name].outcome,
  ])
  const all = [['file', 'bytes', 'outcome'], ...rows]
  const widths = [0, 1].map(column => Math.max(...all.map(row => row[column].length)))
  return all.map(([file, bytes, outcome]) => `${file.padEnd(widths[0])}  ${bytes.padStart(widths[1])}  ${outcome}`)
}

if (!process.argv.includes('--prebuilt')) {
  rmSync(join(root, 'prebuilds'), { recursive: true, force: true })
  run(process.execPath, ['native/release/build.mjs'])
}
const binaries = prebuilt()
const missing = TARGETS.filter(target => !binaries.some(one => one.target === target)).map(target => target.name)
if (missing.length > 0) throw new Error(`prebuilds/ lacks ${missing.join(', ')}`)
if (!checkAll(binaries)) throw new Error('a binary is not fit to be published')
writeSums(binaries)

run(process.execPath, ['native/build.mjs'])
run('npm', ['run', '--silent', 'build:lib'])
const parts = foreignParts()
writeNotices(parts)

const tarball = pack()
const { size } = statSync(tarball.path)
writeBillOfMaterials(parts, join(folder, 'sbom.cdx.json'))
writeFileSync(join(folder, 'SHA256SUMS'), `${sumOf(tarball.path)}  ${basename(tarball.path)}\n`)
run('tar', ['-xzf', tarball.path, '-C', folder])
const outcomes = runAll(join(folder, 'package'))

console.log(`\n${table(outcomes).join('\n')}\n`)
console.log(
  `${basename(tarball.path)}: ${size} bytes of ${MAX_TARBALL_BYTES}, unpacked ${tarball.unpackedBytes} of ${MAX_UNPACKED_BYTES}`,
)
if (size > MAX_TARBALL_BYTES || tarball.unpackedBytes > MAX_UNPACKED_BYTES)
  throw new Error('the package is over its budget')
if (Object.values(outcomes).some(one => !one.right)) throw new Error('a binary does not answer as it must')
