// Runs the trials: every contender in turn, round after round, each trial a process of its own.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { textsOf } from '../batch.mjs'
import { runTrial, say } from '../comparison.mjs'
import { readConfig } from './checkpoint.mjs'
import { called, contenders, isOurs } from './contenders.mjs'
import { cuts, whole } from './cuts.mjs'
import { Measured } from './measured.mjs'

const TRIAL = join(dirname(fileURLToPath(import.meta.url)), 'trial.mjs')

/** @typedef {import('./contenders.mjs').Entry} Entry */
/** @typedef {import('./trial.mjs').Trial} Trial */
/** @typedef {import('./python.mjs').Python} Python */
/** @typedef {import('../comparison.mjs').Settings & { calls: number }} Settings */

/** The shape of one model: its texts, and how each contender gets them. */
class Workload {
  /** @type {Map<string, import('./cuts.mjs').Choice[]>} by contender and dtype */
  #choices = new Map()

  /** @param {string} directory @param {string} shape */
  constructor(directory, shape) {
    this.directory = directory
    this.shape = shape
    this.texts = textsOf(shape, readConfig(directory).vocab_size)
  }

  /** @param {Entry} entry @param {Settings} settings @param {Python} python */
  run(entry, { threads, seconds, calls }, python) {
    const { language, engine } = contenders[entry.name]
    const choices = this.#choices.get(called(entry)) ?? (isOurs(entry.name) ? [whole(this.texts)] : cuts(this.texts))
    const job = { engine, dtype: entry.dtype, directory: this.directory, threads, seconds, calls, choices }
    /** @type {Trial} */
    const trial =
      language === 'node'
        ? runTrial(TRIAL, [], { job })
        : runTrial(python.script('trial.py'), [], { job, program: python.program })
    // The cut that was fastest in the first round stays for the others.
    const chosen = choices[trial.choice]
    this.#choices.set(called(entry), [chosen])
    return { entry, trial, cut: this.#isRagged() && !isOurs(entry.name) ? chosen.name : null }
  }

  #isRagged() {
    return this.texts.some(text => text.length !== this.texts[0].length)
  }
}

/**
 * @param {Record<string, string>} directories of the models, by name @param {string[]} shapes
 * @param {Entry[]} entries in the order of their turns @param {Settings} settings @param {Python} python
 */
export function compare(directories, shapes, entries, settings, python) {
  const measured = Object.fromEntries(Object.keys(directories).map(model => [model, new Measured()]))
  for (const shape of shapes) {
    const workloads = Object.entries(directories).map(
      ([model, directory]) => /** @type {[string, Workload]} */ ([model, new Workload(directory, shape)]),
    )
    for (let round = 1; round <= settings.rounds; round++) {
      for (const [model, workload] of workloads) {
        const turn = entries.map(entry => workload.run(entry, settings, python))
        for (const { entry, trial, cut } of turn) {
          measured[model].add(entry, shape, trial, cut)
          measured[model].compare(entry, trial, turn[0].entry, turn[0].trial)
        }
        const times = turn.map(({ entry, trial }) => `${called(entry)} ${trial.ms.toFixed(1)} ms`)
        say(`${model} ${shape}, round ${round} of ${settings.rounds}: ${times.join(', ')}`)
      }
    }
  }
  return measured
}
