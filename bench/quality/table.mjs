// The qualities as a table for a terminal.

/** @typedef {{ mean: number, q01: number, min: number }} Spread */
/** @typedef {{ pooled: Spread, mean: Spread, words: number, sst2_pooled?: number, sst2_mean?: number, ner_f1?: number }} Scores */

const WIDTH = 30

/** @param {{ models: Record<string, { passages: number, masked: number, scores: Record<string, Scores> }> }} result */
export function table({ models }) {
  /** @param {string} name @param {readonly (string | undefined)[]} cells */
  const row = (name, cells) => name.padEnd(WIDTH) + cells.map(cell => (cell ?? '-').padStart(12)).join('')
  const heading = ['pooled', '1 %', 'min', 'mean', '1 %', 'min', 'words %', 'SST-2 pool', 'SST-2 mean', 'NER F1']
  return Object.entries(models)
    .flatMap(([model, { passages, masked, scores }]) => [
      `${model}: cosines beside fp32 of ${passages} passages, equal words at ${masked} masks, scores of the probes`,
      row('', heading),
      ...Object.entries(scores).map(([name, { pooled, mean, words, sst2_pooled, sst2_mean, ner_f1 }]) =>
        row(name, [
          ...[pooled.mean, pooled.q01, pooled.min, mean.mean, mean.q01, mean.min].map(value => value.toFixed(5)),
          ...[words, sst2_pooled, sst2_mean, ner_f1].map(value => value?.toFixed(2)),
        ]),
      ),
      '',
    ])
    .join('\n')
}
