// What the comparisons with others (peers/, transformersjs/) have in common: their settings, trials in processes of their own,
// the check that all compute the same, and the warning when the machine was busy.
import { spawnSync } from 'node:child_process'

/** Trials in which others took more of the machine than this are pointed out. */
const QUIET = 0.05
/** Largest difference between answers, of their largest value: other summation orders, not another formula. */
const AGREEMENT = 1e-4

/** @typedef {{ threads: number, rounds: number, seconds: number }} Settings */

/**
 * @param {{ threads: string, rounds?: string | undefined, seconds?: string | undefined }} flags as they were typed
 * @param {{ rounds: number, seconds: number }} usual
 * @returns {Settings}
 */
export function settingsFrom(flags, usual) {
  return {
    threads: positive('threads', flags.threads),
    rounds: positive('rounds', flags.rounds ?? usual.rounds),
    seconds: positive('seconds', flags.seconds ?? usual.seconds),
  }
}

/** @param {string} option @param {string | number} given */
function positive(option, given) {
  const value = Number(given)
  if (!(value > 0)) throw new Error(`--${option} ${given}: a number above zero is needed`)
  return value
}

/** Progress goes to stderr; stdout holds the answer alone. @param {string} line */
export function say(line) {
  console.error(`bench: ${line}`)
}

/**
 * What the script of a trial prints, as JSON.
 * @param {string} script @param {string[]} args
 * @param {{ program?: string, job?: object }} [how] what runs it, if not Node.js, and what it reads from stdin as JSON
 */
export function runTrial(script, args, { program = process.execPath, job } = {}) {
  const { status, stdout } = spawnSync(program, [script, ...args], {
    encoding: 'utf8',
    ...(job && { input: JSON.stringify(job) }),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`the trial ${script} ${args.join(' ')} failed`)
  return JSON.parse(stdout)
}

/** @param {number[]} a @param {number[]} b as long as a; NaN if not */
export function cosine(a, b) {
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0)
  return a.length === b.length ? dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) : Number.NaN
}

/**
 * Throws unless two contenders answer the same.
 * @param {string[]} names of both @param {number[]} got @param {number[]} wanted
 * @returns {number} the largest difference, of the largest value wanted
 */
export function agreement([name, other], got, wanted) {
  const scale = Math.max(...wanted.map(Math.abs))
  const worst = wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - got[i])), 0)
  const apart = got.length === wanted.length ? worst / scale : Number.POSITIVE_INFINITY
  // NaN must fail too.
  if (!(apart <= AGREEMENT)) throw new Error(`${name} and ${other} answer differently by ${apart}`)
  return apart
}

/** The last lines of a table, if there is something to warn of. @param {number[]} others what others took, one share a trial */
export function disturbance(others) {
  const disturbed = others.filter(share => share > QUIET).length
  const warning = `Other programs took over ${100 * QUIET} % of the machine in ${disturbed} trials; repeat when it is quiet.`
  return disturbed > 0 ? ['', warning] : []
}
