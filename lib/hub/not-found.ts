// What is said where no model is: every place that was looked at, on this machine and on the hub.
import { AlbertError } from '../errors.js'

export function notFound(model: string, tried: string[]): AlbertError {
  return new AlbertError('MODEL_NOT_FOUND', `Model '${model}' was not found; tried ${tried.join(', ')}.`, {
    hint: 'Give the path of a folder with config.json and model.safetensors, or the id of such a model on the hub.',
  })
}

/** A mistyped folder is asked for on the hub, which says no: the user has to see the folders too. */
export function alsoTried(error: AlbertError, tried: string[]): AlbertError {
  if (error.code === 'INVALID_INPUT' || tried.length === 0) return error
  const { cause, hint } = error
  return new AlbertError(error.code, `${error.message} On this machine tried ${tried.join(', ')}.`, {
    cause,
    ...(hint !== undefined && { hint }),
  })
}
