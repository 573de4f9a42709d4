// Builds the addon and the native tests into build/Release: with cmake-js where CMake is installed, else with node-gyp.
// Does nothing when no source changed since the last build.
//   node native/build.mjs              build if needed
//   node native/build.mjs --gyp        build with node-gyp even where CMake is installed (into build/Release as well)
//   node native/build.mjs --sanitize   addon and native tests with ASan and UBSan, into build/Sanitize
//   node native/build.mjs --sanitize --addon   the same without the native tests
//   node native/build.mjs --faults     addon whose allocations can be made to fail (test/lifecycle), into build/Faults
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { has, root, run } from './command.mjs'

const require = createRequire(import.meta.url)
const jobs = String(availableParallelism())

function fingerprint(tool) {
  const hash = createHash('sha256').update(`${tool} ${process.version} ${process.arch}`)
  const files = ['CMakeLists.txt', 'binding.gyp']
  for (const folder of ['native', 'test/native', 'bench/ops']) {
    if (!existsSync(join(root, folder))) continue
    for (const file of readdirSync(join(root, folder), { recursive: true })) {
      if (/\.(cc|h|def)$/.test(file)) files.push(join(folder, file))
    }
  }
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** Node's own headers beside the executable, as tar balls and distributions install them; node-gyp downloads them otherwise. */
function headersBesideNode() {
  const prefix = join(dirname(process.execPath), '..')
  return existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : []
}

/** Never writes into a file that may be loaded: that ends the process that has it with SIGBUS. */
function put(from, to) {
  copyFileSync(from, `${to}.new`)
  renameSync(`${to}.new`, to)
}

function buildWithCMake() {
  run(process.execPath, [require.resolve('cmake-js/bin/cmake-js'), 'build', '--out', 'build/cmake', '--parallel', jobs])
  mkdirSync(join(root, 'build/Release'), { recursive: true })
  for (const file of ['albert.node', 'albert_test', 'albert_bench']) {
    const from = [join(root, 'build/cmake', file), join(root, 'build/cmake/Release', file)].find(existsSync)
    if (from) put(from, join(root, 'build/Release', file))
  }
}

function buildWithGyp() {
  // node-gyp writes into build/ itself and its "configure" would clear what CMake left there.
  rmSync(join(root, 'build/Release'), { recursive: true, force: true })
  run(process.execPath, [
    require.resolve('node-gyp/bin/node-gyp.js'),
    'configure',
    'build',
    '--jobs',
    jobs,
    ...headersBesideNode(),
  ])
}

/** Variants for tests, which CMake alone builds; CMake itself knows what changed. */
function buildTargets(folder, targets, options = []) {
  run(process.execPath, [require.resolve('cmake-js/bin/cmake-js'), 'configure', '--out', folder, ...options])
  run('cmake', ['--build', folder, '--parallel', jobs, '--target', ...targets])
}

/** The same objects as the addon's, linked in another way. */
function buildFaults() {
  buildTargets('build/cmake', ['albert_faults'])
  mkdirSync(join(root, 'build/Faults'), { recursive: true })
  put(join(root, 'build/cmake/albert_faults.node'), join(root, 'build/Faults/albert.node'))
}

if (process.argv.includes('--sanitize')) {
  buildTargets('build/Sanitize', process.argv.includes('--addon') ? ['albert'] : ['albert', 'albert_test'], [
    '--CDALBERT_SANITIZE=ON',
  ])
} else if (process.argv.includes('--faults')) {
  buildFaults()
} else {
  const tool = process.argv.includes('--gyp') || !has('cmake') ? 'node-gyp' : 'cmake-js'
  const stamp = join(root, 'build/Release/.fingerprint')
  const wanted = fingerprint(tool)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    console.log('native: up to date')
  } else {
    console.log(`native: building with ${tool}`)
    tool === 'cmake-js' ? buildWithCMake() : buildWithGyp()
    writeFileSync(stamp, wanted)
  }
}
