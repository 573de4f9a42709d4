// Proves that includes and imports only go down, and that every room holds what its name says.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => ending.test(file))
    .sort()
}

describe('native: includes only go down', () => {
  // What a room may include. cpu and model never see each other: they meet in the table of ops.
  const allowed: Record<string, string[]> = {
    base: ['base'],
    ops: ['base', 'ops'],
    cpu: ['base', 'ops', 'cpu'],
    model: ['base', 'ops', 'model'],
    binding: ['base', 'ops', 'cpu', 'model', 'binding'],
    release: ['release'],
  }
  const files = filesOf('native', /\.(h|cc|def)$/)

  it('has no room without a rule', () => {
    expect([...new Set(files.map(file => file.split('/')[0]!))].sort()).toEqual(Object.keys(allowed).sort())
  })

  it.each(files)('%s', file => {
    const rooms = allowed[file.split('/')[0]!]!
    const text = readFileSync(join(root, 'native', file), 'utf8')
    for (const [, included] of text.matchAll(/^\s*#include "([^"]+)"/gm)) {
      expect(rooms, `${file} includes ${included}`).toContain(included!.split('/')[0])
    }
    if (!file.startsWith('binding/'))
      expect(text, `${file} sees Node-API`).not.toMatch(/#include [<"]n?(ode_)?api\.h|napi/)
  })

  it('every line of ops.def has its header and its test', () => {
    const ops = [...readFileSync(join(root, 'native/ops/ops.def'), 'utf8').matchAll(/^OP\((\w+), (\w+)\)/gm)]
    const headers = filesOf('native/ops', /\.h$/).map(file => readFileSync(join(root, 'native/ops', file), 'utf8'))
    const tests = filesOf('test/native', /\.cc$/).map(file => readFileSync(join(root, 'test/native', file), 'utf8'))
    expect(ops.length).toBeGreaterThan(10)
    for (const [, name, struct] of ops) {
      expect(
        headers.some(text => new RegExp(`struct ${struct} (: .*)?\\{`).test(text)),
        `no header declares ${struct}`,
      ).toBe(true)
      expect(
        tests.some(text => text.includes(name!)),
        `no test names ${name}`,
      ).toBe(true)
    }
  })
})

describe('lib: imports only go down', () => {
  // Lowest floor first; a folder is one unit. pipelines and cli are above the core, index.ts only exports.
  const floors: string[][] = [
    [
      'errors',
      'native',
      'native-failure',
      'native-loader',
      'native-error',
      'env',
      'options',
      'tensor',
      'warnings',
      'callable',
      'detached',
      'input',
      'regular-file',
    ],
    [
      ...[
        'config',
        'config-fields',
        'presets',
        'counts',
        'published',
        'comparison',
        'load-progress',
        'hub',
        'model-folder',
        'tokenizer',
        'checkpoint',
      ],
      ...['dtype', 'engine', 'batch', 'padded', 'answer', 'call', 'labels', 'outputs', 'parameters'],
    ],
    ['load-model', 'albert', 'token-heads', 'text-heads', 'squad2', 'heads', 'auto'],
    ['pipelines'],
    ['index'],
    ['cli'],
  ]
  const unitOf = (file: string) => file.split('/')[0]!.replace(/\.ts$/, '')
  const floorOf = (unit: string) => floors.findIndex(units => units.includes(unit))
  const files = filesOf('lib', /\.ts$/)

  it.each(files)('%s', file => {
    const own = floorOf(unitOf(file))
    expect(own, `${file} stands on no floor; add it to the list`).toBeGreaterThanOrEqual(0)
    const text = readFileSync(join(root, 'lib', file), 'utf8')
    for (const [, specifier] of text.matchAll(/^(?:import|export)\s[^'"]*['"](\.[^'"]+)['"]/gm)) {
      const target = normalize(relative('.', join(dirname(file), specifier!.replace(/\.js$/, '.ts'))))
      expect(floorOf(unitOf(target)), `${file} imports ${specifier}`).toBeLessThanOrEqual(own)
    }
    if (file !== 'index.ts' && own < floors.length - 1) {
      expect(text, `${file} imports the index; import the module itself`).not.toMatch(/from '(\.\.?\/)+index\.js'/)
    }
  })

  it('index.ts only exports', () => {
    const lines = readFileSync(join(root, 'lib/index.ts'), 'utf8').split('\n')
    const code = lines.filter(line => line.trim() !== '' && !line.startsWith('//'))
    const statements = code.join('\n').match(/^(?:export|import)\b/gm) ?? []
    expect(code.filter(line => /^\S/.test(line) && !/^(export|\}|import)/.test(line))).toEqual([])
    expect(statements.length).toBeGreaterThan(0)
  })
})

describe('the top level holds what docs/architecture.md says', () => {
  const known = new Set([
    ...[
      'package.json',
      'package-lock.json',
      'CMakeLists.txt',
      'binding.gyp',
      'native',
      'lib',
      'bench',
      'test',
      'README.md',
    ],
    ...['models', 'docs', 'examples', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'],
    ...['tsconfig.json', 'tsdown.config.ts', 'vitest.config.ts', 'biome.json'],
    ...['node_modules', 'build', 'dist', 'prebuilds'],
  ])

  it('nothing else', () => {
    const others = readdirSync(root).filter(name => !name.startsWith('.') && !known.has(name))
    expect(others).toEqual([])
  })
})
