// Everybody who may import the package does so here, from the tarball: module systems, compilers, test runners, bundlers,
// threads, archives, locked-down systems. Each is a process of its own in a folder that knows nothing of this clone.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pipeline } from '../../lib/pipelines/index.js'
import { hostBinary } from '../../native/release/stage.mjs'
import { install, type Packed, pack, succeed, surroundings, tool } from './tarball.js'

const TEXT = 'I do not [MASK] what to say.'
/** As a statement of any program: prints the best word. */
const ANSWER = `const fillMask = await pipeline('fill-mask'); console.log((await fillMask('${TEXT}'))[0].token_str)`

let packed: Packed
let app: string
let word: string
beforeAll(async () => {
  packed = pack()
  app = install(packed.file)
  const fillMask = await pipeline('fill-mask')
  word = `${(await fillMask(TEXT))[0]!.token_str}\n`
  await fillMask.dispose()
})
afterAll(() => {
  // Unset where the tests could not begin.
  for (const made of [app, packed && dirname(packed.file)]) if (made) rmSync(made, { recursive: true, force: true })
})

/** Writes a file under the application's folder. */
function write(path: string, text: string): string {
  const file = join(app, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function node(...args: string[]): string {
  return succeed(process.execPath, args, app)
}

describe('the tarball', () => {
  const manifest = () =>
    JSON.parse(readFileSync(join(app, 'node_modules/albert-native/package.json'), 'utf8')) as {
      scripts: Record<string, string>
      dependencies?: object
      optionalDependencies?: object
      gypfile: boolean
    }

  test('is at most 25 MB, 60 MB unpacked', () => {
    expect(packed.bytes).toBeLessThan(25e6)
    expect(packed.unpackedBytes).toBeLessThan(60e6)
  })

  test('brings no dependency and no script that an installer would run', () => {
    expect(manifest().dependencies).toBeUndefined()
    expect(manifest().optionalDependencies).toBeUndefined()
    expect(manifest().gypfile).toBe(false)
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest().scripts).not.toHaveProperty(name)
    expect(packed.files).not.toContain('binding.gyp')
  })

  test('holds the program, the model, the source and the pages, and nothing of the workshop', () => {
    const wanted = ['dist/cli.mjs', 'models/starter-en/model.safetensors', 'native/binding/addon.cc', 'CMakeLists.txt']
    wanted.push('docs/errors.md', 'README.md', 'LICENSE', 'dist/build/include/node_api.h', `prebuilds/${hostBinary()}`)
    expect(packed.files).toEqual(expect.arrayContaining(wanted))
    const strange = packed.files.filter(
      file =>
        !/^(dist|prebuilds|models|native|docs)\/|^[A-Z-]+\.md$|^LICENSE$|^CMakeLists\.txt$|^package\.json$/.test(file),
    )
    expect(strange).toEqual([])
  })

  test('attw: types resolve for node16 and bundlers, in both module systems', () => {
    succeed(process.execPath, [tool('@arethetypeswrong/cli'), packed.file, '--profile', 'node16', '--no-color'], app)
  })

  test('publint has nothing to say', async () => {
    const { publint } = await import('publint')
    const { messages } = await publint({ pkgDir: join(app, 'node_modules/albert-native'), strict: true })
    expect(messages).toEqual([])
  })
})

describe('module systems', () => {
  test('ESM', () => {
    expect(node(write('esm.mjs', `import { pipeline } from 'albert-native'\n${ANSWER}`))).toBe(word)
  })

  test('CommonJS', () => {
    const file = write('cjs.cjs', `const { pipeline } = require('albert-native')\n;(async () => { ${ANSWER} })()`)
    expect(node(file)).toBe(word)
  })

  test('both in one process share the addon and recognise each other', () => {
    const file = write(
      'both.mjs',
      `import { createRequire } from 'node:module'
       import * as esm from 'albert-native'
       const cjs = createRequire(import.meta.url)('albert-native')
       const a = await esm.pipeline('fill-mask'), b = await cjs.pipeline('fill-mask')
       const [x, y] = await Promise.all([a('${TEXT}'), b('${TEXT}')])
       const error = await cjs.pipeline('no-task').catch(e => e)
       console.log(JSON.stringify(x) === JSON.stringify(y), esm.isAlbertError(error), error.code)`,
    )
    expect(node(file)).toBe('true true UNSUPPORTED_TASK\n')
  })

  test('the command line', () => {
    const answer = succeed('npx', ['--no-install', 'albert', 'fill-mask', TEXT, '--json'], app)
    expect(`${JSON.parse(answer)[0].token_str}\n`).toBe(word)
  })
})

describe('TypeScript, strict, with the library checked too', () => {
  const program = `
    import { AlbertError, type FillMaskCandidate, pipeline, type Tensor } from 'albert-native'
    async function main(): Promise<void> {
      const fillMask = await pipeline('fill-mask', undefined, { dtype: 'fp32' })
      const embed = await pipeline('feature-extraction')
      const words: FillMaskCandidate[] = (await fillMask('${TEXT}')) as FillMaskCandidate[]
      const vectors: Tensor = await embed(['a', 'b'], { pooling: 'mean', normalize: true })
      const score: number = words[0]!.score
      // @ts-expect-error a task that does not exist
      await pipeline('no-task').catch((error: unknown) => error instanceof AlbertError)
      // @ts-expect-error an option that does not exist
      await embed('a', { poolin: 'mean' })
      console.log(score, vectors.dims)
    }
    void main()`

  describe.each(['5.4', '5.9', '6.0'])('%s', version => {
    test.each([
      ['nodenext', ['program.mts', 'program.cts']],
      ['bundler', ['program.ts']],
    ])('%s', (resolution, names) => {
      write('ts/package.json', '{ "type": "module" }')
      const files = names.map(name => write(`ts/${name}`, program))
      const types = join(import.meta.dirname, 'node_modules/@types')
      const flags = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
      flags.push('--target', 'es2022', '--module', resolution === 'bundler' ? 'esnext' : 'nodenext')
      flags.push('--moduleResolution', resolution, '--typeRoots', types, '--types', 'node')
      succeed(process.execPath, [tool(`typescript-${version}`), ...flags, ...files], app)
    })
  })
})

test('eight worker threads at once', () => {
  write(
    'thread.mjs',
    `import { parentPort } from 'node:worker_threads'
     import { pipeline } from 'albert-native'
     const fillMask = await pipeline('fill-mask')
     parentPort.postMessage(JSON.stringify(await fillMask('${TEXT}')))
     await fillMask.dispose()`,
  )
  const file = write(
    'threads.mjs',
    `import { once } from 'node:events'
     import { Worker } from 'node:worker_threads'
     const workers = Array.from({ length: 8 }, () => new Worker(new URL('thread.mjs', import.meta.url)))
     const answers = await Promise.all(workers.map(async worker => (await once(worker, 'message'))[0]))
     console.log(new Set(answers).size, JSON.parse(answers[0])[0].token_str)`,
  )
  expect(node(file)).toBe(`1 ${word}`)
})

test('Jest, CommonJS, two files in one process', () => {
  const body = `
    const { pipeline } = require('albert-native')
    test('answers', async () => {
      const fillMask = await pipeline('fill-mask')
      expect((await fillMask('${TEXT}'))[0].token_str + '\\n').toBe(${JSON.stringify(word)})
      await fillMask.dispose()
    })`
  write('jest/package.json', '{}')
  write('jest/first.test.cjs', body)
  write('jest/second.test.cjs', body)
  const places = { rootDir: join(app, 'jest'), cacheDirectory: join(app, 'jest-cache') }
  const config = JSON.stringify({ ...places, testMatch: ['**/*.test.cjs'], testEnvironment: 'node' })
  const { status, stderr } = spawnSync(process.execPath, [tool('jest'), '--runInBand', '--config', config], {
    cwd: app,
    encoding: 'utf8',
    env: surroundings(),
  })
  expect(stderr).toContain('Tests:       2 passed, 2 total')
  expect(stderr).not.toMatch(/did not exit|open handle/i)
  expect(status).toBe(0)
})

describe('bundlers, with the package external', () => {
  const source = `import { pipeline } from 'albert-native'\nexport {}\n${ANSWER}`

  test('esbuild', async () => {
    const { build } = await import('esbuild')
    const entry = write('bundles/esbuild-entry.mjs', source)
    const outfile = join(app, 'bundles/esbuild.mjs')
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['albert-native'],
    })
    expect(node(outfile)).toBe(word)
  })

  test('webpack', () => {
    const entry = write('bundles/webpack-entry.mjs', source)
    const file = write(
      'bundles/webpack.cjs',
      `const webpack = require(${JSON.stringify(join(import.meta.dirname, 'node_modules/webpack'))})
       webpack({
         mode: 'production', target: 'node20', entry: ${JSON.stringify(entry)},
         experiments: { outputModule: true }, externals: { 'albert-native': 'module albert-native' },
         output: { path: __dirname, filename: 'webpack.mjs', library: { type: 'module' } },
       }, (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1) } })`,
    )
    node(file)
    expect(node(join(app, 'bundles/webpack.mjs'))).toBe(word)
  })

  test('bundled all the same: the error says what is wrong', async () => {
    const { build } = await import('esbuild')
    const entry = write(
      'bundles/swallowed-entry.mjs',
      `import { AlbertModel } from 'albert-native'
       await AlbertModel.from_config({ vocab_size: 8, embedding_size: 4, hidden_size: 8, num_attention_heads: 2, intermediate_size: 8 })`,
    )
    const outfile = join(app, 'bundles/swallowed/out.mjs')
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', external: ['*.node'] })
    const { stderr } = spawnSync(process.execPath, [outfile], { cwd: app, encoding: 'utf8', env: surroundings() })
    expect(stderr).toContain('mark albert-native as external')
  })
})

describe('locked-down places', () => {
  test('Electron: code in app.asar, library and model beside it', () => {
    const inside = join(app, 'resources/app.asar/node_modules/albert-native')
    const beside = join(app, 'resources/app.asar.unpacked/node_modules/albert-native')
    const installed = join(app, 'node_modules/albert-native')
    cpSync(installed, beside, { recursive: true })
    mkdirSync(inside, { recursive: true })
    for (const part of ['package.json', 'dist']) cpSync(join(installed, part), join(inside, part), { recursive: true })
    const main = write(
      'resources/app.asar/main.cjs',
      `const { pipeline } = require('albert-native')\n;(async () => { ${ANSWER} })()`,
    )
    expect(node(main)).toBe(word)
  })

  test('--no-addons: the error names the flag and what was tried', () => {
    const file = write('no-addons.mjs', `import { pipeline } from 'albert-native'\n${ANSWER}`)
    const { status, stderr } = spawnSync(process.execPath, ['--no-addons', file], {
      cwd: app,
      encoding: 'utf8',
      env: surroundings(),
    })
    expect(status).toBe(1)
    expect(stderr).toContain(`tried ${join(app, 'node_modules/albert-native/prebuilds', hostBinary())}`)
    expect(stderr).toContain('Node was started with --no-addons; start it without.')
    expect(stderr).toContain("code: 'ERR_ALBERT_NATIVE'")
  })

  test('a read-only file system', ({ skip }) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('needs root on Linux to mount')
    const file = write(
      'read-only.mjs',
      `import { writeFileSync } from 'node:fs'
       import { pipeline } from 'albert-native'
       let refused
       try { writeFileSync(new URL('new.txt', import.meta.url), '') } catch (error) { refused = error.code }
       ${ANSWER}
       console.log(refused)`,
    )
    const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && exec "$2" "$3"'
    const args = ['--mount', 'sh', '-c', script, 'sh', app, process.execPath, file]
    expect(succeed('unshare', args, '/', { HOME: app, TMPDIR: app })).toBe(`${word}EROFS\n`)
  })

  test('a process that exits in the middle of a call', () => {
    const file = write(
      'exit.mjs',
      `import { pipeline } from 'albert-native'
       const embed = await pipeline('feature-extraction')
       void embed(Array.from({ length: 64 }, (_, i) => 'word '.repeat(400) + i))
       setTimeout(() => process.exit(7), 50)`,
    )
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], {
      cwd: app,
      encoding: 'utf8',
      env: surroundings(),
    })
    expect({ status, signal, stdout, stderr }).toEqual({ status: 7, signal: null, stdout: '', stderr: '' })
  })

  test('a package that was linked into its place', () => {
    mkdirSync(join(app, 'linked/node_modules'), { recursive: true })
    symlinkSync(join(app, 'node_modules/albert-native'), join(app, 'linked/node_modules/albert-native'))
    expect(node(write('linked/main.mjs', `import { pipeline } from 'albert-native'\n${ANSWER}`))).toBe(word)
  })
})

test('albert build compiles from the packed source, also where the compiler warns of more than ours', () => {
  const out = join(app, 'built/albert.node')
  const build = ['--no-install', 'albert', 'build', '--out', out]
  expect(succeed('npx', build, app, { CXXFLAGS: '-Wpadded' })).toBe(`${out}\n`)
  const file = write('built.mjs', `import { pipeline } from 'albert-native'\n${ANSWER}`)
  expect(succeed(process.execPath, [file], app, { ALBERT_NATIVE_PATH: out })).toBe(word)
})
