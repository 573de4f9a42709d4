// Whose work travels in the package beside our own: their notices (dist/THIRD-PARTY-NOTICES.md) and a list for machines
// (CycloneDX). The licences are read from where the parts came from; a part without one throws.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { output, root, zigFolder } from './tools.mjs'

/** @typedef {{ name: string, version: string, where: string, licence: string }} Part */

/** What tsdown may bundle: it fails when anything else slips in. */
function bundled() {
  const list = /onlyBundle: \[([^\]]*)\]/.exec(readFileSync(join(root, 'tsdown.config.ts'), 'utf8'))
  if (!list) throw new Error('tsdown.config.ts has no list onlyBundle')
  return [...list[1].matchAll(/'([^']+)'/g)].map(match => match[1])
}

/** @param {string} name @param {string} where @returns {Part} */
function fromNpm(name, where) {
  const folder = join(root, 'node_modules', name)
  const file = readdirSync(folder).find(one => /^licen[cs]e/i.test(one))
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (!file && license !== 'MIT') throw new Error(`${name} has no licence file, and says ${license}`)
  return { name, version, where, licence: file ? readFileSync(join(folder, file), 'utf8') : mit(author) }
}

/** The MIT licence, for a package that names it without its text. @param {string} author */
function mit(author) {
  return `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`
}

/** What zig links into the binaries. The few start files of glibc may be linked without a notice. @returns {Part[]} */
function fromZig() {
  const zig = zigFolder()
  const version = `of zig ${output(join(zig, 'zig'), ['version']).trim()}`
  const part = (name, file, where) => ({ name, version, where, licence: readFileSync(join(zig, file), 'utf8') })
  return [
    part('compiler-rt', 'LICENSE', 'every binary'),
    part('libc++', 'lib/libcxx/LICENSE.TXT', 'every binary'),
    part('libc++abi', 'lib/libcxxabi/LICENSE.TXT', 'every binary'),
    part('libunwind', 'lib/libunwind/LICENSE.TXT', 'every binary'),
    part('mingw-w64', 'lib/libc/mingw/COPYING', 'the binaries for Windows'),
    part('musl', 'lib/libc/musl/COPYRIGHT', 'start files of the binaries for musl'),
  ]
}

/** The tables in lib/tokenizer/unicode-table.ts are facts of the Unicode Character Database. @returns {Part} */
function fromUnicode() {
  const licence = readFileSync(join(root, 'native/release/unicode.txt'), 'utf8')
  const version = 'as in tokenizers 0.22.2'
  return { name: 'Unicode character data', version, where: 'tables of the tokenizer (dist/)', licence }
}

/** @returns {Part[]} */
export function foreignParts() {
  return [
    ...bundled().map(name => fromNpm(name, 'the command line (dist/)')),
    fromNpm('node-addon-api', 'every binary; its headers in dist/build'),
    fromNpm('node-api-headers', 'headers in dist/build'),
    fromUnicode(),
    ...fromZig(),
  ]
}

/** @param {Part[]} parts */
export function writeNotices(parts) {
  const texts = [...new Set(parts.map(part => part.licence))]
  const chapters = texts.map(text => {
    const owners = parts.filter(part => part.licence === text)
    const titles = owners.map(({ name, version, where }) => `- ${name} ${version}: ${where}`)
    return `## ${owners.map(part => part.name).join(', ')}\n\n${titles.join('\n')}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`
  })
  const head = '# Third-party notices\n\nThe work of others that is part of this package, with the licence of each.\n'
  writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.md'), [head, ...chapters].join('\n'))
}

/**
 * npm's own bill of materials, cut to what travels: nothing is installed beside the package, and its parts are
 * development dependencies to npm. What npm does not know is added. @param {Part[]} parts @param {string} path
 */
export function writeBillOfMaterials(parts, path) {
  const bill = JSON.parse(output('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']))
  const of = part => bill.components.find(one => one['bom-ref'] === `${part.name}@${part.version}`)
  const other = ({ name, version }) => ({ 'bom-ref': `${name} ${version}`, type: 'library', name, version })
  bill.components = parts.map(part => ({ ...(of(part) ?? other(part)), scope: 'required', properties: [] }))
  const references = bill.components.map(one => one['bom-ref'])
  const own = bill.metadata.component
  own.name = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name // npm takes the name of the folder
  bill.dependencies = [
    { ref: own['bom-ref'], dependsOn: references },
    ...references.map(ref => ({ ref, dependsOn: [] })),
  ]
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`)
}
