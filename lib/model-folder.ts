// Where a model lies on this machine: from the name or path that a user gives to a folder.
// Reads no file of the model and opens no connection.
import { statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { AlbertError } from './errors.js'
import { packageRoot } from './native-loader.js'
import { shown } from './options.js'

/** Name of the model in the package, which answers when none is given. */
export const EMBEDDED_MODEL = 'starter-en'

/** The folder of `model`, a path or the name of a folder in ./models or in the package; none = the model in the package. */
export function modelFolder(model: string = EMBEDDED_MODEL): string {
  if (typeof model !== 'string' || model.length === 0) {
    throw new AlbertError('INVALID_INPUT', `A model is given by the path of its folder, not by ${shown(model)}.`)
  }
  const places = placesOf(model)
  const found = places.find(place => reasonAgainst(place) === undefined)
  if (found) return found
  const tried = places.map(place => `${place} (${reasonAgainst(place)})`).join(', ')
  throw new AlbertError('MODEL_NOT_FOUND', `Model '${model}' was not found; tried ${tried}.`, {
    hint: 'Give the path of a folder with config.json and model.safetensors; this version does not download models.',
  })
}

function placesOf(model: string): string[] {
  const embedded = join(packageRoot(), 'models', model)
  if (model === EMBEDDED_MODEL) return [embedded]
  if (isAbsolute(model) || /^\.{1,2}(?:[\\/]|$)/.test(model)) return [resolve(model)]
  return [...new Set([resolve(model), resolve('models', model), embedded])]
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
