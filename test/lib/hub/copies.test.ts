// Where the system has no links (Windows without leave, some network disks) the snapshot holds copies.
import { lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { useHub } from './surroundings.js'

const begun = vi.hoisted((): string[] => [])
vi.mock('node:fs/promises', async original => ({
  ...(await original<typeof import('node:fs/promises')>()),
  symlink: (_: string, path: string) => {
    begun.push(path)
    return Promise.reject(Object.assign(new Error('not here'), { code: 'EPERM' }))
  },
}))

const around = useHub()

test('files are copied, and found again', async () => {
  await AutoTokenizer.from_pretrained('org/tiny')
  const path = join(around.folder, 'models--org--tiny/snapshots', 'a'.repeat(40), 'tokenizer.json')
  expect(lstatSync(path).isFile()).toBe(true)
  expect(readFileSync(path)).toEqual(around.hub.repositories.get('org/tiny')!.files.get('tokenizer.json'))
  await AutoTokenizer.from_pretrained('org/tiny', { local_files_only: true })
})

test('what is not finished stands where nobody looks for a file of the model', async () => {
  begun.length = 0
  await AutoTokenizer.from_pretrained('org/tiny')
  expect(begun.map(path => dirname(path))).toEqual(Array(2).fill(join(around.folder, 'models--org--tiny')))
})
