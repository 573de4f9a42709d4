// The one place where the package says something that is not an error: a fallback, a weight that was not in the file.
// Said through the caller's function where there is one, else as a Node.js process warning.
import { env, LogLevel } from './env.js'

/** Receives one sentence. */
export type WarningCallback = (message: string) => void

const said = new Set<string>()

export function warn(message: string, callback?: WarningCallback): void {
  if (callback) callback(message)
  else if (env.logLevel <= LogLevel.WARNING) process.emitWarning(message, 'AlbertWarning')
}

/** As `warn`, but a process hears the same sentence only once, unless the caller gave a function of its own. */
export function warnOnce(message: string, callback?: WarningCallback): void {
  if (!callback && said.has(message)) return
  if (!callback) said.add(message)
  warn(message, callback)
}
