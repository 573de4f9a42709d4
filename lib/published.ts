// What Lan et al. printed about the models that are compared ("ALBERT: A Lite BERT for Self-supervised Learning of
// Language Representations", 2020). Rounded as there, never corrected; noted from memory, not checked against its text.
// Averages are over the development sets of SQuAD 1.1, SQuAD 2.0, MNLI, SST-2 and RACE after 125,000 training steps.

export interface PublishedModel {
  /** Millions, rounded as printed. */
  parameters: number
  average: number
  /** Training speed, BERT-large = 1. */
  speed: number
}

/** The main comparison. */
export const publishedModels = {
  bertBase: { parameters: 108, average: 82.3, speed: 4.7 },
  bertLarge: { parameters: 334, average: 85.2, speed: 1.0 },
  albertBase: { parameters: 12, average: 80.1, speed: 5.6 },
  albertLarge: { parameters: 18, average: 82.4, speed: 1.7 },
  albertXLarge: { parameters: 60, average: 85.5, speed: 0.6 },
  albertXXLarge: { parameters: 235, average: 88.7, speed: 0.3 },
} as const satisfies Record<string, PublishedModel>

/** What all layers have in common. */
export type SharingStrategy = 'all' | 'attention' | 'ffn' | 'none'

/**
 * Base models by what their layers share and by embedding size E, where the paper has them. It prints the model that
 * shares nothing with E = 128 twice, as 81.7 (by E, here) and 81.6 (by sharing).
 */
export const publishedSharing: { sharing: SharingStrategy; embedding: number; parameters: number; average: number }[] =
  [
    { sharing: 'all', embedding: 64, parameters: 10, average: 79.0 },
    { sharing: 'all', embedding: 128, parameters: 12, average: 80.1 },
    { sharing: 'all', embedding: 256, parameters: 16, average: 79.6 },
    { sharing: 'all', embedding: 768, parameters: 31, average: 79.8 },
    { sharing: 'attention', embedding: 128, parameters: 64, average: 81.7 },
    { sharing: 'attention', embedding: 768, parameters: 83, average: 81.6 },
    { sharing: 'ffn', embedding: 128, parameters: 38, average: 80.2 },
    { sharing: 'ffn', embedding: 768, parameters: 57, average: 79.5 },
    { sharing: 'none', embedding: 64, parameters: 87, average: 81.3 },
    { sharing: 'none', embedding: 128, parameters: 89, average: 81.7 },
    { sharing: 'none', embedding: 256, parameters: 93, average: 81.8 },
    { sharing: 'none', embedding: 768, parameters: 108, average: 82.3 },
  ]
