// Compares answers of two packages: the same shape, words and whole numbers, and scores close to each other.
// A key that only the second one has is a difference, unless it is named as an addition.

/** Scores and vectors may differ by this much: other summation orders, not another formula. */
const TOLERANCE = 1e-4

/** Paths at which `ours` is not what `theirs` is, each with both values; `additions` are keys that ours may have alone. */
export function differences(theirs: unknown, ours: unknown, additions: readonly string[], path = ''): string[] {
  const differ = () => [`${path}: ${shown(theirs)} became ${shown(ours)}`]
  if (typeof theirs === 'number' && typeof ours === 'number') {
    // Ids, indices and sizes are whole in both.
    if (Number.isInteger(theirs) && Number.isInteger(ours)) return theirs === ours ? [] : differ()
    return Math.abs(theirs - ours) <= TOLERANCE ? [] : differ()
  }
  if (!isObject(theirs) || !isObject(ours)) return theirs === ours ? [] : differ()
  if (Array.isArray(theirs) !== Array.isArray(ours)) return differ()
  const [names, known] = [Object.keys(theirs), Object.keys(ours)]
  const missing = names.filter(name => !(name in ours)).map(name => `${path}.${name}: is missing`)
  const added = known
    .filter(name => !(name in theirs) && !additions.includes(name))
    .map(name => `${path}.${name}: was added, ${shown(ours[name])}`)
  const inside = names
    .filter(name => name in ours)
    .flatMap(name => differences(theirs[name], ours[name], additions, `${path}.${name}`))
  return [...missing, ...added, ...inside]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
