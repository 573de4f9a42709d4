// What the command line says while a model is fetched: a bar for people, a plain line now and then for others.
import type { ProgressCallback } from '../load-progress.js'
import type { Messages } from './messages.js'
import { bytes } from './numbers.js'
import { bar } from './table.js'

/** Says nothing of models that are already here. */
export function downloadProgress(messages: Messages): ProgressCallback {
  let file: string | undefined
  return event => {
    if (event.status === 'download') file = event.file
    if (event.status === 'done' && event.file === file) file = undefined
    if (event.status === 'progress_total' && file !== undefined)
      messages.progress(progressText(file, event.loaded, event.total, messages.terminal.watched))
    if (event.status === 'ready') messages.clear()
  }
}

export function progressText(file: string, loaded: number, total: number, watched: boolean): string {
  const share = total === 0 ? 1 : loaded / total
  const picture = watched ? `${bar(share, 20).padEnd(20)} ` : ''
  return `${picture}${Math.floor(100 * share)} %  ${bytes(loaded)} of ${bytes(total)}  ${file}`
}
