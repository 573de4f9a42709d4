// Where a model lies: from the name, the path or the id that a user gives to a folder on this machine.
// What is a path stays on this machine; a name is looked for in folders first; what is no folder may be an id on the hub.
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { env } from './env.js'
import { AlbertError } from './errors.js'
import type { ModelPart } from './hub/model-parts.js'
import { notFound } from './hub/not-found.js'
import { type HubSettings, hubSettings } from './hub/options.js'
import { isRepositoryId } from './hub/repository.js'
import { LoadProgress } from './load-progress.js'
import { packageRoot } from './native-loader.js'
import { shown } from './options.js'

/** Name of the model in the package, which answers when none is given. */
export const EMBEDDED_MODEL = 'starter-en'

/** The folder of a model that lies in a folder, or in the package; none = the model in the package. */
export function modelFolder(model: string = EMBEDDED_MODEL): string {
  const { folder, tried } = look(model)
  if (folder === undefined) throw notFound(model, tried)
  return folder
}

/** The folder that holds the parts of a model, which are fetched if the model is on the hub and they are not here. */
export async function findModel(
  model: string = EMBEDDED_MODEL,
  parts: readonly ModelPart[],
  settings: HubSettings,
  progress: LoadProgress,
): Promise<string> {
  const { folder, tried } = look(model)
  if (folder !== undefined) return join(folder, settings.subfolder)
  // No path is an id, so none is ever asked for on the hub.
  if (!isRepositoryId(model)) throw notFound(model, tried)
  // Only now: most programs never ask the hub, and its part brings Node's cryptography and network with it.
  const { fetchModel } = await import('./hub/fetch-model.js')
  return fetchModel(model, parts, settings, progress, tried)
}

/** As findModel, for those who only look: nothing is fetched. */
export async function presentModel(
  model: string = EMBEDDED_MODEL,
  revision?: string,
  cache_dir?: string,
): Promise<string> {
  const settings = hubSettings({ revision: revision ?? null, cache_dir: cache_dir ?? null, local_files_only: true })
  return findModel(model, ['config', 'weights'], settings, new LoadProgress(model, undefined))
}

/** What to open for the weights: the folder, or the file of another name in it. */
export function weightsIn(folder: string, { weights }: HubSettings): string {
  if (weights === 'model') return folder
  const single = join(folder, `${weights}.safetensors`)
  const index = `${single}.index.json`
  return !existsSync(single) && existsSync(index) ? index : single
}

function look(model: string): { folder: string | undefined; tried: string[] } {
  if (typeof model !== 'string' || model.length === 0)
    throw new AlbertError(
      'INVALID_INPUT',
      `A model is given by the path of its folder or by its id on the hub, not by ${shown(model)}.`,
    )
  const tried: string[] = []
  for (const place of placesOf(model)) {
    const reason = reasonAgainst(place)
    if (reason === undefined) return { folder: place, tried }
    tried.push(`${place} (${reason})`)
  }
  return { folder: undefined, tried: tried.length > 0 ? tried : ['no folder (env.allowLocalModels is false)'] }
}

function placesOf(model: string): string[] {
  const embedded = join(packageRoot(), 'models', model)
  if (model === EMBEDDED_MODEL) return [embedded]
  if (!env.allowLocalModels) return []
  if (isPath(model)) return [resolve(model)]
  return [...new Set([resolve(model), resolve(env.localModelPath, model), embedded])]
}

/** Such a string is not looked for by its name. */
function isPath(model: string): boolean {
  return isAbsolute(model) || /^(?:[./\\~]|[A-Za-z]:)/.test(model)
}

/** Why this place is no folder of a model; undefined if it is a folder. A name may also be one that no file can have. */
function reasonAgainst(place: string): string | undefined {
  try {
    const entry = statSync(place, { throwIfNoEntry: false })
    if (!entry) return 'no such folder'
    return entry.isDirectory() ? undefined : 'not a folder'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
