// Scaled dot-product attention over a packed batch, in float32 and in bfloat16. Contract: ops/attention.h.
// For each (sequence, head) the visible keys and values are packed into panels; then blocks of queries go through both
// products of cpu/gemm with a softmax over whole rows between them. There is no running maximum: a block of scores fits
// in the cache at every length that ALBERT has, and longer ones are only slower.
// The next head lies beside this one in the same rows, 3 or 6 KB apart, where no processor looks for it: it is
// prefetched while this one is read (64 texts of 32 tokens: 7.8 -> 6.4 ms on one Zen 2 core; 8 of 128: 7.0 -> 6.6).
// Hidden keys are not packed, so a sequence has the same bits with them and without them.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/gemm/product.h"
#include "cpu/vec/math.h"

// Queries that go through both products together: one row tile, 12 KB of scores for 6 queries of 512 keys.
constexpr int64_t kQueryBlock = kTileRows;

inline int64_t round_up(int64_t count, int64_t to) { return pieces_of(count, to) * to; }

// What differs between the two forms: the dot product, and how many numbers of a row share a word of 4 bytes.
template <class Element>
struct AttentionForm;
template <>
struct AttentionForm<float> {
  using Dot = Fp32Dot;
  using Arguments = AttentionForward<float>;
};
template <>
struct AttentionForm<Bf16> {
  using Dot = Bf16Dot;
  using Arguments = AttentionBf16Forward<float>;
};

// What one part works in. Sized by the longest sequence of the batch, used anew for each (sequence, head).
template <class Element>
struct AttentionScratch {
  static constexpr int64_t kDepth = AttentionForm<Element>::Dot::kDepth;

  float* keys;         // [keys / kPanel][D / kDepth][kPanel] words
  float* values;       // [D / kPanel][keys / kDepth][kPanel] words
  float* scores;       // [kQueryBlock][score_stride]
  Element* weights;    // the same rounded, where Element is not float
  int32_t* positions;  // of the visible keys in their sequence
  int64_t score_stride;
  int64_t size_bytes;

  AttentionScratch(std::byte* memory, const AttentionShape& shape) {
    const int64_t longest = round_up(shape.longest, kPanel);
    // Rows that are a multiple of 4 KB apart would share one set of the L1 cache.
    score_stride = longest % 1024 == 0 ? longest + kLanes : longest;
    size_bytes = 0;
    const auto take = [&](int64_t bytes) {
      std::byte* const piece = memory == nullptr ? nullptr : memory + size_bytes;
      size_bytes += round_up(bytes, 64);
      return piece;
    };
    keys = reinterpret_cast<float*>(take(longest * (shape.head_size / kDepth) * kWordBytes));
    values = reinterpret_cast<float*>(
        take(pieces_of(shape.longest, kDepth) * round_up(shape.head_size, kPanel) * kWordBytes));
    scores = reinterpret_cast<float*>(take(kQueryBlock * score_stride * kWordBytes));
    weights = reinterpret_cast<Element*>(take(kDepth == 1 ? 0 : kQueryBlock * score_stride * 2));
    positions = reinterpret_cast<int32_t*>(take(shape.longest * kWordBytes));
  }
};

template <class Element>
inline int64_t attention_scratch_bytes(const AttentionShape& shape) {
  return AttentionScratch<Element>(nullptr, shape).size_bytes;
}

// One head of one sequence.
struct AttentionPair {
  int64_t sequence;
  int64_t head;
  int64_t first_key;
  int64_t keys;
  int64_t first_query;
  int64_t queries;
  int64_t visible;  // keys to attend to: all of them where none is visible
  bool uniform;     // no key is visible
};

// The positions of the keys to attend to.
inline void list_visible(const AttentionBatch<float>& a, AttentionPair& pair, int32_t* positions) {
  const uint8_t* const visible = a.visible == nullptr ? nullptr : a.visible + pair.first_key;
  pair.visible = 0;
  for (int64_t key = 0; key < pair.keys; key++) {
    if (visible == nullptr || visible[key] != 0) positions[pair.visible++] = static_cast<int32_t>(key);
  }
  pair.uniform = pair.visible == 0;
  if (!pair.uniform) return;
  for (int64_t key = 0; key < pair.keys; key++) positions[key] = static_cast<int32_t>(key);
  pair.visible = pair.keys;
}

// Sixteen keys a time turned into columns of a panel, word by word; zeros where there is no key.
template <class Element>
inline void pack_keys(const typename AttentionForm<Element>::Arguments& a, const AttentionPair& pair,
                      const AttentionScratch<Element>& scratch) {
  const int64_t size = a.query.cols / a.heads;
  constexpr int64_t kDepth = AttentionScratch<Element>::kDepth;
  const int64_t words = size / kDepth;
  const Element* const keys = a.key.row(pair.first_key) + pair.head * size;
  for (int64_t first = 0; first < round_up(pair.visible, kPanel); first += kLanes) {
    float* const panel = scratch.keys + first / kPanel * words * kPanel + first % kPanel;
    for (int64_t d = 0; d < words; d += kLanes) {
      const int64_t left = words - d < kLanes ? words - d : kLanes;
      F32x16 block[16];
      for (int64_t i = 0; i < kLanes; i++) {
        if (first + i >= pair.visible) {
          block[i] = zero();
          continue;
        }
        const Element* const row = keys + scratch.positions[first + i] * a.key.stride + d * kDepth;
        const float* const word = reinterpret_cast<const float*>(row);
        block[i] = left == kLanes ? load(word) : load_first(word, left);
        prefetch(row + size);
      }
      transpose(block);
      for (int64_t i = 0; i < left; i++) store(panel + (d + i) * kPanel, block[i]);
    }
  }
}

// `left` numbers of a row, as far as there are any.
inline F32x16 load_some(const float* p, int64_t left) {
  return left >= kLanes ? load(p) : left > 0 ? load_first(p, left) : zero();
}
inline F32x16 load_some(const Bf16* p, int64_t left) {
  return left >= kLanes ? load_bf16(p) : left > 0 ? load_bf16_first(p, left) : zero();
}

template <class Element>
inline void pack_values(const typename AttentionForm<Element>::Arguments& a, const AttentionPair& pair,
                        const AttentionScratch<Element>& scratch) {
  const int64_t size = a.query.cols / a.heads;
  constexpr int64_t kDepth = AttentionScratch<Element>::kDepth;
  const int64_t steps = pieces_of(pair.visible, kDepth);
  const Element* const values = a.value.row(pair.first_key) + pair.head * size;
  for (int64_t i = 0; i < steps; i++) {
    const Element* const row = values + scratch.positions[i * kDepth] * a.value.stride;
    const bool paired = kDepth == 2 && 2 * i + 1 < pair.visible;
    const Element* const next = paired ? values + scratch.positions[2 * i + 1] * a.value.stride : row;
    for (int64_t d = 0; d < round_up(size, kPanel); d += kLanes) {
      float* const panel = scratch.values + (d / kPanel * steps + i) * kPanel + d % kPanel;
      prefetch(row + d + size);
      const F32x16 value = load_some(row + d, size - d);
      if constexpr (kDepth == 1) {
        store(panel, value);
      } else {
        prefetch(next + d + size);
        store(panel, pair_halves(value, paired ? load_some(next + d, size - d) : zero()));
      }
    }
  }
}

// Turns the products of a query into exp(scale (product - largest)), zeros up to whole vectors. Returns 1 / their sum.
// Sixteen sums over ascending keys, folded by the vocabulary's tree: the order depends on the number of keys alone.
inline float exponentials(float* scores, int64_t count, F32x16 scale) {
  const F32x16 lowest = broadcast(-__builtin_inff());
  const int64_t whole = count / kLanes * kLanes;
  if (whole < count) store(scores + whole, keep_first(load(scores + whole), count - whole, lowest));
  F32x16 top = lowest;
  for (int64_t key = 0; key < count; key += kLanes) top = larger(load(scores + key), top);
  const F32x16 shift = broadcast(largest(top));
  F32x16 total = zero();
  for (int64_t key = 0; key < count; key += kLanes) {
    const F32x16 value = exponential_to_88((load(scores + key) - shift) * scale);
    store(scores + key, value);
    total = total + value;
  }
  return 1.0f / sum(total);
}

// What only tests and callers that look inside ask for: the probabilities, and dropout of them.
inline void show_and_drop(const AttentionBatch<float>& a, const AttentionPair& pair, int64_t query, float* weights,
                          float over_sum, const int32_t* positions) {
  const int64_t row = a.probability_starts[pair.sequence] + (pair.head * pair.queries + query) * pair.keys;
  if (a.probabilities != nullptr) {
    float* const p = a.probabilities + row;
    for (int64_t key = 0; key < pair.keys; key++) p[key] = 0.0f;
    for (int64_t i = 0; i < pair.visible; i++) p[positions[i]] = weights[i] * over_sum;
  }
  if (a.multiplier != nullptr) {
    for (int64_t i = 0; i < pair.visible; i++) weights[i] *= a.multiplier[row + positions[i]];
  }
}

struct ScaleRows {
  const float* factors;
  F32x16 operator()(F32x16 sums, int64_t row, int64_t) const { return sums * broadcast(factors + row); }
};

// The scores of `count` queries as the second product reads them.
inline Matrix<const float> as_inputs(const AttentionScratch<float>& scratch, int64_t count, int64_t keys) {
  return {scratch.scores, count, keys, scratch.score_stride};
}
inline Matrix<const Bf16> as_inputs(const AttentionScratch<Bf16>& scratch, int64_t count, int64_t keys) {
  const int64_t even = round_up(keys, 2);
  for (int64_t q = 0; q < count; q++) {
    // Beyond the last key the scores are zero up to a whole vector.
    const float* const scores = scratch.scores + q * scratch.score_stride;
    for (int64_t k = 0; k < even; k += kLanes)
      store_bf16(scratch.weights + q * scratch.score_stride + k, load(scores + k));
  }
  return {scratch.weights, count, even, scratch.score_stride};
}

// Queries [first, last) of the pair, at most kQueryBlock.
template <class Element>
inline void attend(const typename AttentionForm<Element>::Arguments& a, const AttentionPair& pair, Range queries,
                   const AttentionScratch<Element>& scratch) {
  using Dot = typename AttentionForm<Element>::Dot;
  const int64_t size = a.query.cols / a.heads;
  const int64_t count = queries.end - queries.begin;
  const int64_t row = pair.first_query + queries.begin;
  const Range rows = {0, count};
  for (int64_t q = 0; q < count; q++) {
    for (int64_t d = 0; d < size; d += kLanes * Dot::kDepth) {
      prefetch(a.query.row(row + q) + (pair.head + 1) * size + d);
    }
  }
  const Matrix<float> scores = {scratch.scores, count, round_up(pair.visible, kPanel), scratch.score_stride};

  if (pair.uniform) {
    for (int64_t q = 0; q < count; q++) {
      for (int64_t key = 0; key < scores.cols; key++) scores.row(q)[key] = 0.0f;
    }
  } else {
    const Matrix<const Element> query = {a.query.row(row) + pair.head * size, count, size, a.query.stride};
    multiply(Product<Dot>(query, scratch.keys, scores.cols), rows, {0, scores.cols / kPanel}, Identity{},
             SumsSink{scores});
  }

  const F32x16 scale = broadcast(a.scale);
  float over_sum[kQueryBlock];
  for (int64_t q = 0; q < count; q++) {
    over_sum[q] = exponentials(scores.row(q), pair.visible, scale);
    if (a.probabilities != nullptr || a.multiplier != nullptr) {
      show_and_drop(a, pair, queries.begin + q, scores.row(q), over_sum[q], scratch.positions);
    }
  }

  const Product<Dot> product(as_inputs(scratch, count, pair.visible), scratch.values, size);
  const auto into = [&](const auto& sink) {
    multiply(product, rows, {0, pieces_of(size, kPanel)}, ScaleRows{over_sum}, sink);
  };
  const auto place = [&](const auto& context) { return context.row(row) + pair.head * size; };
  if constexpr (Dot::kDepth == 1) {
    into(FloatSink{{place(a.context), count, size, a.context.stride}});
  } else if (a.context.format == Format::plain) {
    into(FloatSink{{place(a.context.plain), count, size, a.context.plain.stride}});
  } else {
    into(Bf16Sink{{place(a.context.bf16), count, size, a.context.bf16.stride}});
  }
}

// Work of one head of a sequence, in key visits; packing costs about as much as 8 queries.
inline int64_t attention_cost(int64_t queries, int64_t keys) { return queries == 0 ? 0 : (queries + 8) * keys; }

// The blocks of a pair that lie before `position` on the line of all work. Two neighbouring parts ask with the same
// position and so never take a block twice or leave one out.
inline int64_t blocks_before(int64_t position, int64_t pair_begin, int64_t cost, int64_t blocks) {
  if (position <= pair_begin) return 0;
  return position >= pair_begin + cost ? blocks : (position - pair_begin) * blocks / cost;
}

// All work lies on one line, sequence by sequence and head by head; parts take equal lengths of it and cut between
// blocks of queries, so that one long text keeps all of them busy, and many short ones too.
template <class Element>
inline void attend_all(const typename AttentionForm<Element>::Arguments& a, Part part) {
  const auto count_of = [](const int32_t* starts, int64_t n) { return int64_t{starts[n + 1]} - starts[n]; };
  int64_t total = 0;
  int64_t longest = 0;
  for (int64_t n = 0; n < a.sequences; n++) {
    const int64_t keys = count_of(a.starts, n);
    total += a.heads * attention_cost(count_of(a.query_starts, n), keys);
    longest = keys > longest ? keys : longest;
  }
  const Range own = {total * part.index / part.count, total * (part.index + 1) / part.count};
  const AttentionScratch<Element> scratch(a.scratch + part.index * a.scratch_bytes, {longest, a.query.cols / a.heads});
  assert(scratch.size_bytes <= a.scratch_bytes || total == 0);

  int64_t begin = 0;
  for (int64_t n = 0; n < a.sequences; n++) {
    AttentionPair pair = {n, 0,    a.starts[n], count_of(a.starts, n), a.query_starts[n], count_of(a.query_starts, n),
                          0, false};
    const int64_t cost = attention_cost(pair.queries, pair.keys);
    const int64_t blocks = pieces_of(pair.queries, kQueryBlock);
    if (cost == 0 || begin + a.heads * cost <= own.begin || begin >= own.end) {
      begin += a.heads * cost;
      continue;
    }
    list_visible(a, pair, scratch.positions);
    for (; pair.head < a.heads; pair.head++, begin += cost) {
      const Range mine = {blocks_before(own.begin, begin, cost, blocks), blocks_before(own.end, begin, cost, blocks)};
      if (mine.begin >= mine.end) continue;
      pack_keys(a, pair, scratch);
      pack_values(a, pair, scratch);
      for (int64_t block = mine.begin; block < mine.end; block++)
        attend(a, pair, piece(pair.queries, block, blocks), scratch);
    }
  }
}

inline void attention_forward(const AttentionForward<float>& a, Part part) { attend_all<float>(a, part); }
inline void attention_bf16_forward(const AttentionBf16Forward<float>& a, Part part) { attend_all<Bf16>(a, part); }
