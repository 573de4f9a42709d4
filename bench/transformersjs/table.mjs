// The comparison as a table for a terminal.
import { disturbance } from '../comparison.mjs'
import { median, rounded } from '../statistics.mjs'
import { FIGURES, OURS, THEIRS } from './figures.mjs'

/**
 * @typedef {object} Result what main.mjs prints and stores
 * @property {ReturnType<import('../machine.mjs').fingerprint>} machine
 * @property {number} threads
 * @property {number} rounds
 * @property {Record<string, { version: string, bytes: number }>} installed
 * @property {number} platforms
 * @property {ReturnType<import('./figures.mjs').ratios>} ratios
 * @property {import('./figures.mjs').Trials} trials
 */

/** @param {Result} result */
export function table({ machine, threads, rounds, installed, platforms, ratios, trials }) {
  const names = [OURS, THEIRS]
  /** @param {(string | number)[]} cells */
  const row = ([name, ...cells]) => String(name).padEnd(36) + cells.map(cell => String(cell).padStart(34)).join('')
  const models = Object.entries(trials).flatMap(([model, packages]) => [
    '',
    `${model}, medians of ${rounds} processes`,
    ...Object.entries(FIGURES).map(([figure, called]) =>
      row([
        `  ${called}`,
        ...names.map(name => rounded(median(packages[name][figure]))),
        ratios.models[model][figure].toFixed(2),
      ]),
    ),
  ])
  const others = Object.values(trials).flatMap(packages => Object.values(packages).flatMap(({ others }) => others))
  return [
    `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${machine.cores} cores, ${threads} threads, float32`,
    '',
    row(['', ...names.map(name => `${name} ${installed[name].version}`), 'theirs / ours']),
    row([
      `installed, MB (ours for ${platforms} platform${platforms === 1 ? '' : 's'})`,
      ...names.map(name => rounded(installed[name].bytes / 1e6)),
      ratios.installed.toFixed(2),
    ]),
    ...models,
    ...disturbance(others),
  ].join('\n')
}
