// Charts of a stored comparison (bench/peers): an overview of ours and the best peer, and every contender of one dtype.
import { called, DTYPES, isOurs, OURS } from '../peers/contenders.mjs'
import { bestPeer } from '../peers/ratios.mjs'
import { workloadsOf } from '../peers/table.mjs'
import { median } from '../statistics.mjs'
import { bars } from './bars.mjs'

/** @typedef {import('../peers/contenders.mjs').Dtype} Dtype */
/** @typedef {Pick<import('../peers/table.mjs').Result, 'machine' | 'threads' | 'ratios' | 'trials'>} Charted */

/** `8x128` → `8 texts of 128 tokens`. @param {string} shape */
export function spoken(shape) {
  const [, texts, tokens] = /^(\d+)x(\d+)$/.exec(shape) ?? []
  if (!texts) return '64 texts of 8 to 128 tokens'
  return texts === '1' ? `1 text of ${tokens} tokens` : `${texts} texts of ${tokens} tokens`
}

/** `fp32 1.15, int8 1.30 times as fast as the best peer`; nothing where no peer ran. @param {Charted['ratios']} ratios @param {string[]} dtypes @param {string} shape */
function told(ratios, dtypes, shape) {
  const found = dtypes.filter(dtype => `${dtype} ${shape}` in ratios)
  const figures = found.map(dtype => `${dtype} ${ratios[`${dtype} ${shape}`].toFixed(2)}`)
  return found.length > 0 ? `${figures.join(', ')} times as fast as the best peer` : ''
}

/** @param {Charted} result */
function where({ machine, threads }) {
  return `${machine.cpu} (family ${machine.family}, model ${machine.model}), ${threads} threads, same weights`
}

/** Ours and the best peer of each dtype, shape by shape. @param {Charted} result @returns {string} */
export function overview(result) {
  const { ratios, trials } = result
  const workloads = workloadsOf(trials)
  const dtypes = DTYPES.filter(dtype => workloads[dtype]?.some(shape => `${dtype} ${shape}` in (trials[OURS] ?? {})))
  const shapes = [...new Set(dtypes.flatMap(dtype => workloads[dtype]))]
  const groups = shapes.map(shape => ({
    title: spoken(shape),
    note: told(ratios, dtypes, shape),
    bars: dtypes.flatMap(dtype => {
      const workload = `${dtype} ${shape}`
      const best = bestPeer(trials, workload)
      const ours = trials[OURS][workload]
      return [
        ...(ours ? [{ name: called({ name: OURS, dtype }), ms: median(ours), ours: true }] : []),
        ...(best ? [{ name: called({ name: best.name, dtype }), ms: best.ms, ours: false }] : []),
      ]
    }),
  }))
  return bars({ title: 'ALBERT-base: milliseconds a call, shorter is better', note: where(result), groups })
}

/** Every contender of one dtype. @param {Charted} result @param {string} dtype @returns {string} */
export function contest(result, dtype) {
  const { ratios, trials } = result
  const groups = (workloadsOf(trials)[dtype] ?? []).map(shape => {
    const workload = `${dtype} ${shape}`
    const names = Object.keys(trials).filter(name => workload in trials[name])
    const sorted = [...names.filter(isOurs), ...names.filter(name => !isOurs(name))]
    return {
      title: spoken(shape),
      note: told(ratios, [dtype], shape),
      bars: sorted.map(name => ({ name, ms: median(trials[name][workload]), ours: isOurs(name) })),
    }
  })
  return bars({ title: `${dtype}: milliseconds a call, shorter is better`, note: where(result), groups })
}
