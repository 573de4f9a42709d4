// How much arithmetic a forward pass is, to turn times into rates. Products only; a multiply-add counts as two.

/** @typedef {{ embedding_size: number, hidden_size: number, intermediate_size: number, num_hidden_layers: number }} Sizes */

/** Operations to give every hidden row of texts of these lengths. @param {Sizes} sizes @param {readonly number[]} lengths */
export function forwardFlops(sizes, lengths) {
  const { embedding_size: E, hidden_size: H, intermediate_size: I, num_hidden_layers: L } = sizes
  const ofToken = (/** @type {number} */ length) => 2 * E * H + L * (8 * H * H + 4 * H * I + 4 * length * H)
  return lengths.reduce((sum, length) => sum + length * ofToken(length), 0)
}
