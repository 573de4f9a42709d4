// What is said while a model is fetched, and how the cache looks to a person.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { downloadProgress, progressText } from '../../../lib/cli/download-progress.js'
import type { Messages } from '../../../lib/cli/messages.js'
import { root } from './albert.js'
import { onTerminal } from './terminal.js'

describe('the progress line', () => {
  test('for people and for others', () => {
    expect(progressText('model.safetensors', 23_000_000, 46_000_000, true)).toBe(
      '██████████           50 %  23.0 MB of 46.0 MB  model.safetensors',
    )
    expect(progressText('config.json', 764, 764, false)).toBe('100 %  764 B of 764 B  config.json')
    expect(progressText('empty', 0, 0, false)).toBe('100 %  0 B of 0 B  empty')
  })

  test('is about what is fetched, not about what is read', () => {
    const said: string[] = []
    const progress = (text: string): void => void said.push(text)
    const tell = downloadProgress({ progress, clear() {}, terminal: { watched: false } } as unknown as Messages)
    const file = { name: 'org/tiny', file: 'config.json' }
    const whole = { status: 'progress_total', name: 'org/tiny', progress: 50, loaded: 1, total: 2, files: {} } as const
    tell({ status: 'initiate', ...file })
    tell(whole)
    tell({ status: 'download', ...file })
    tell(whole)
    tell({ status: 'done', ...file })
    tell(whole)
    expect(said).toEqual(['50 %  1 B of 2 B  config.json'])
  })
})

test('cache ls on a terminal: a table', async () => {
  const golden = join(root, 'test/golden/hub-cache')
  const { code, shown } = await onTerminal(['cache', 'ls', '--cache-dir', golden], 80, { NO_COLOR: '1' })
  expect(code).toBe(0)
  expect(shown).toBe('  model            size  commit    revision\n  org/tiny      99.7 kB  01234567  main\n')
  expect((await onTerminal(['cache', 'ls', '--cache-dir', join(golden, 'nothing')])).shown).toBe(
    'The cache holds no models.\n',
  )
})
