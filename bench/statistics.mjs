// The few statistics that the benchmarks report. Medians, because a shared machine gives one-sided outliers.

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Keeps `digits` significant digits, so that stored results stay readable. @param {number} value */
export function rounded(value, digits = 4) {
  return Number(value.toPrecision(digits))
}

/**
 * Calls `work` until `seconds` have passed and at least `calls` calls were made; times in milliseconds.
 * @param {() => Promise<unknown>} work @param {{ seconds: number, calls: number }} limits
 */
export async function timeCalls(work, { seconds, calls }) {
  /** @type {number[]} */
  const times = []
  const end = performance.now() + 1000 * seconds
  while (times.length < calls || performance.now() < end) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return times
}
