// A stream is answered list by list; its caller counts on through all of them. A list that is a part of a whole remembers
// the place of its first entry, so that messages and `onTruncated` tell places in the whole.

const FIRST = Symbol('place of the first entry in the whole')

/** Marks `list` as a part that begins at `first`; undefined leaves it the whole that it is. */
export function partOf<T>(list: T[], first: number | undefined): T[] {
  return first === undefined ? list : Object.defineProperty(list, FIRST, { value: first })
}

/** Where a part begins; undefined for a list that is whole, and for what is no list. */
export function firstOf(list: unknown): number | undefined {
  return Array.isArray(list) ? (list as { [FIRST]?: number })[FIRST] : undefined
}

/** The place of an entry as the caller counts. */
export function placeOf(list: unknown, index: number): number {
  return (firstOf(list) ?? 0) + index
}

/** Whether an entry needs its number in a message: there are others. */
export function isOneOfSeveral(list: unknown): boolean {
  return firstOf(list) !== undefined || (Array.isArray(list) && list.length > 1)
}
