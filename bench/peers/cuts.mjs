// How texts of several lengths are cut into padded batches for a peer: sorted by length, so many a batch. Each peer is timed
// with the cut that serves it best; one text a batch wastes nothing on padding, one batch of all has the largest products.

/** Texts a batch that are tried; 64 is one padded batch of all. */
const SIZES = [64, 16, 4, 1]

/**
 * @typedef {object} Choice one way to hand over the texts
 * @property {string} name
 * @property {number[][][]} batches ids of each text of each batch
 * @property {[number, number]} place where the first text lies: batch, row
 */

/** All texts in one batch, in the order given. @param {readonly Int32Array[]} texts @returns {Choice} */
export function whole(texts) {
  return { name: 'one batch', batches: [texts.map(text => [...text])], place: [0, 0] }
}

/** Texts of one length need no choice. @param {readonly Int32Array[]} texts @returns {Choice[]} */
export function cuts(texts) {
  if (texts.every(text => text.length === texts[0].length)) return [whole(texts)]
  const order = texts.map((_, n) => n).sort((a, b) => texts[a].length - texts[b].length)
  return SIZES.map(size => {
    const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, n) =>
      order.slice(n * size, (n + 1) * size).map(text => [...texts[text]]),
    )
    const first = order.indexOf(0)
    const name = size === 1 ? 'one text at a time' : `sorted, ${size} texts a batch`
    return { name, batches, place: [Math.floor(first / size), first % size] }
  })
}
