// `albert cache`: what the hub's cache holds, where it is, and how to take models out of it. The cache is shared with Python.
import { resolve } from 'node:path'
import { env } from '../env.js'
import { type CachedEntry, cachedModels, removeCached } from '../hub/cached-models.js'
import { suggestion } from '../pipelines/nearest.js'
import { command, jsonOption } from './command.js'
import { visible } from './display-width.js'
import { CommandError, type ExitCode, exitCodes } from './exit-codes.js'
import { bytes } from './numbers.js'
import type { Output } from './output.js'
import { type Column, tableLines } from './table.js'

interface Options {
  cacheDir?: string
  json?: boolean
}

export const cacheActions = ['ls', 'rm', 'path']

export const cacheCommand = command<Options>({
  name: 'cache',
  group: 'Models',
  summary: 'list or remove models in the cache, or tell where it is',
  arguments: '<action> [id...]',
  examples: [
    { run: 'cache ls', does: 'models, bytes, snapshots' },
    { run: 'cache rm textattack/albert-base-v2-SST-2', does: 'remove a model; Python will not find it either' },
    { run: 'cache path', does: 'the folder; HF_HUB_CACHE sets it' },
  ],
  settings: ['cache-dir'],
  options: [jsonOption],
  run: async ({ args: [action = '', ...models], options, out }) => {
    const root = resolve(options.cacheDir ?? env.cacheDir)
    if (action === 'rm') return remove(root, models, out)
    if (!cacheActions.includes(action))
      throw new CommandError(
        exitCodes.usage,
        `There is no action '${action}'; there are ${cacheActions.join(', ')}.`,
        suggestion(action, cacheActions),
      )
    if (models.length > 0) throw new CommandError(exitCodes.usage, `cache ${action} takes no ids.`)
    if (action === 'path') await (out.format === 'json' ? out.json(root) : out.line(root))
    else await list(await cachedModels(root), out)
    return exitCodes.ok
  },
})

async function list(entries: CachedEntry[], out: Output): Promise<void> {
  if (out.format === 'json') return out.json(entries, true)
  const rows = entries.flatMap(({ model, bytes: size, folder, snapshots }) =>
    snapshots.length === 0
      ? [{ model, size, commit: '', refs: '', folder }]
      : snapshots.map(({ commit, refs }) => ({ model, size, commit, refs: refs.join(', '), folder })),
  )
  if (out.format === 'tabs') {
    for (const { model, size, commit, refs, folder } of rows) await out.tabs([model, size, commit, refs, folder])
    return
  }
  const { colors, columns } = out.terminal
  const shape: Column[] = [
    { title: 'model', gives: 'end' },
    { title: 'size', align: 'right' },
    { title: 'commit', paint: colors.dim },
    { title: 'revision' },
  ]
  const cells = rows.map(({ model, size, commit, refs }) => [
    visible(model),
    bytes(size),
    commit.slice(0, 8),
    visible(refs),
  ])
  await out.lines(rows.length > 0 ? tableLines(shape, cells, columns, colors) : ['The cache holds no models.'])
}

/** All of them or, where one is not there, none. */
async function remove(root: string, models: string[], out: Output): Promise<ExitCode> {
  if (models.length === 0) throw new CommandError(exitCodes.usage, 'cache rm needs the id of a model.')
  const entries = await cachedModels(root)
  const names = entries.map(({ model }) => model)
  const gone = models.find(model => !names.includes(model))
  if (gone !== undefined)
    throw new CommandError(exitCodes.badFile, `There is no model '${gone}' in ${root}.`, suggestion(gone, names))
  const chosen = entries.filter(({ model }) => models.includes(model))
  for (const entry of chosen) await removeCached(root, entry)
  const removed = chosen.map(({ model, folder, bytes: freed }) => ({ model, folder, bytes: freed }))
  if (out.format === 'json') await out.json(removed, true)
  else for (const { folder, bytes: freed } of removed) await out.line(`removed ${folder} (${bytes(freed)})`)
  return exitCodes.ok
}
