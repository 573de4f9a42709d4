// `albert` without a command: half a minute of what the package does, answered by the model in the package.
import { pipeline } from '../pipelines/index.js'
import { command, type ModelOptions, modelSettings } from './command.js'
import { exitCodes } from './exit-codes.js'
import { pipelineOptions } from './load.js'
import type { Output } from './output.js'
import { scoreLines } from './score-lines.js'

const MASKED = 'He opened the [MASK] and walked into the room.'
const QUESTION = 'How do I reset my password?'
const TEXTS = ['You can change your password in the settings.', 'The weather is nice today.', 'The king died in 1610.']
const PAIR = ['John is a doctor.', 'He works in a hospital.'] as const
const SENTENCE = 'ALBERT shares one layer.'

export const tourCommand = command<ModelOptions>({
  name: 'tour',
  group: 'This machine',
  summary: 'a short tour; also what `albert` alone does',
  arguments: '',
  examples: [{ run: 'tour', does: 'masked words, similarity, sentence order and tokens, in a second' }],
  settings: modelSettings,
  options: [],
  run: async context => {
    const { out, options, env } = context
    const started = performance.now()
    const order = await pipeline('sentence-order', options.model, pipelineOptions(context))
    const loadedMs = performance.now() - started
    const { model, tokenizer } = order
    const given = { tokenizer }
    try {
      const { bold, dim } = out.terminal.colors
      await out.lines(['', bold('  ALBERT, from text to answer, on this processor'), ''])
      const threads = model.threads === 1 ? '1 thread' : `${model.threads} threads`
      await out.line(
        dim(
          `  ${options.model ?? 'starter-en'} · ${model.dtype} · ${model.isa} · ${threads} · loaded in ${Math.round(loadedMs)} ms`,
        ),
      )

      const fillMask = await pipeline('fill-mask', model, given)
      await heading(out, 'Which word is missing?', MASKED)
      const words = await fillMask(MASKED, { top_k: 4 })
      await out.lines(
        scoreLines(
          words.map(({ token_str, score }) => ({ name: token_str, score })),
          out.terminal,
        ),
      )

      const similarity = await pipeline('sentence-similarity', model, given)
      await heading(out, 'Which text is nearest?', QUESTION)
      const cosines = await similarity(QUESTION, TEXTS)
      await out.lines(
        scoreLines(
          TEXTS.map((name, i) => ({ name, score: cosines[i]! })),
          out.terminal,
          1,
        ),
      )

      await heading(out, 'In order, or swapped?', PAIR.join(' '))
      const one = await order(PAIR[0], PAIR[1])
      const two = await order(PAIR[1], PAIR[0])
      await out.lines(
        scoreLines(
          [
            { name: 'in order, as it stands', score: one.scores.in_order },
            { name: 'in order, the other way round', score: two.scores.in_order },
          ],
          out.terminal,
          1,
        ),
      )

      await heading(out, 'What the model sees', SENTENCE)
      await out.line(`  ${tokenizer.tokenize(SENTENCE, { add_special_tokens: true }).join('  ')}`)
      await goOn(out, env)
    } finally {
      await order.dispose()
    }
    return exitCodes.ok
  },
})

async function heading(out: Output, title: string, text: string): Promise<void> {
  const { bold, cyan } = out.terminal.colors
  await out.lines(['', `  ${bold(title)}  ${cyan(text)}`])
}

/** Started by `npm start`, commands go on with `npm start --`. */
async function goOn(out: Output, env: Record<string, string | undefined>): Promise<void> {
  const { bold, dim } = out.terminal.colors
  const albert = env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'albert'
  await out.lines([
    '',
    dim('  This model is tiny and often wrong; it shows that everything runs.'),
    dim('  Bring a better one with --model FOLDER.'),
    '',
    bold('  Go on'),
    `    ${albert} fill-mask "I do not [MASK] what to say."`,
    `    ${albert} compare`,
    `    ${albert} doctor`,
    `    ${albert} --help`,
    '',
  ])
}
