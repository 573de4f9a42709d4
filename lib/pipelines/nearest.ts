// The known name closest to one that does not exist: for tasks, options and anything else a user may mistype.

/** The nearest of `names`, or undefined if none is near enough to be what was meant. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length * 0.4)) + 1
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** "…; did you mean 'x'?" where something is near, else the list of all. */
export function suggestion(name: string, names: Iterable<string>): string {
  const known = [...names]
  const near = nearest(name, known)
  return near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean '${near}'?`
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let [before, previous, current]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j), []]
  for (let i = 1; i <= a.length; i++) {
    current = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(previous![j]! + 1, current[j - 1]! + 1, previous![j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before![j - 2]! + 1)
      current.push(least)
    }
    ;[before, previous] = [previous!, current]
  }
  return previous![b.length]!
}
