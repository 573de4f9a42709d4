// Runs before `npm start` and `npm test`: installs what package-lock.json names and builds what changed.
// With `test` it also installs the tools of people who use the package (test/package), which only the tests need.
// A second run takes well under a second.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** Runs `work` unless `stamp` already holds the hash of `files`. */
function whenChanged(stamp, files, work) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)))
  const wanted = hash.digest('hex')
  const path = join(root, stamp)
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return
  work()
  writeFileSync(path, wanted)
}

function sourcesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file))
    .sort()
}

/** @param {string} folder */
function install(folder) {
  whenChanged(join(folder, 'node_modules/.installed'), [join(folder, 'package-lock.json')], () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]),
  )
}

install('.')
if (process.argv[2] === 'test') install('test/package')
run(process.execPath, ['native/build.mjs'])
whenChanged('dist/.built', ['package.json', 'tsdown.config.ts', ...sourcesOf('lib')], () => run('npx', ['tsdown']))
