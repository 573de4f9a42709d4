// `albert pull`: brings a model from the hub into the cache, so that it answers without a network from then on.
import { basename } from 'node:path'
import { fetchModel } from '../hub/fetch-model.js'
import { hubSettings } from '../hub/options.js'
import { isRepositoryId } from '../hub/repository.js'
import { LoadProgress } from '../load-progress.js'
import { command, jsonOption, type SourceOptions } from './command.js'
import { CommandError, exitCodes } from './exit-codes.js'
import { sourceOptions } from './load.js'

interface Options extends Omit<SourceOptions, 'model'> {
  json?: boolean
}

export const pullCommand = command<Options>({
  name: 'pull',
  group: 'Models',
  summary: 'fetch a model from the hub into the cache',
  arguments: '<id>',
  examples: [
    { run: 'pull textattack/albert-base-v2-SST-2', does: 'prints the folder of the model' },
    { run: 'pull my-team/albert-legal --revision v2', does: 'a branch, a tag or a commit' },
    { run: 'pull my-team/albert-legal --json', does: 'with the commit, for scripts' },
  ],
  settings: ['revision', 'cache-dir'],
  options: [jsonOption],
  run: async context => {
    const { args, out, messages } = context
    const [model = ''] = args
    if (!isRepositoryId(model))
      throw new CommandError(exitCodes.usage, `'${model}' is not the id of a model on the hub.`, 'An id is owner/name.')
    const source = sourceOptions(context)
    const settings = hubSettings(source)
    const progress = new LoadProgress(model, source.progress_callback)
    const folder = await fetchModel(model, ['config', 'tokenizer', 'weights'], settings, progress, [])
    messages.clear()
    if (out.format === 'json')
      await out.json({ model, revision: settings.revision, commit: basename(folder), folder }, true)
    else await out.line(folder)
    return exitCodes.ok
  },
})
