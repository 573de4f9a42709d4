// Scaled dot-product attention over a packed batch. Contract: ops/attention.h.
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

// What one part works in. Sized by the longest sequence of the batch, used anew for each (sequence, head).
struct AttentionScratch {
  float* keys;         // [keys / kPanel][D][kPanel]
  float* values;       // [D / kPanel][keys][kPanel]
  float* scores;       // [kQueryBlock][score_stride]
  int32_t* positions;  // of the visible keys in their sequence
  int64_t score_stride;
  int64_t size_bytes;

  AttentionScratch(std::byte* memory, const AttentionShape& shape) {
    const int64_t longest = round_up(shape.longest, kPanel);
    // Rows that are a multiple of 4 KB apart would share one set of the L1 cache.
    score_stride = longest % 1024 == 0 ? longest + kLanes : longest;
    size_bytes = 0;
    const auto take = [&](int64_t count) {
      std::byte* const piece = memory == nullptr ? nullptr : memory + size_bytes;
      size_bytes += round_up(count * 4, 64);
      return piece;
    };
    keys = reinterpret_cast<float*>(take(longest * shape.head_size));
    values = reinterpret_cast<float*>(take(shape.longest * round_up(shape.head_size, kPanel)));
    scores = reinterpret_cast<float*>(take(kQueryBlock * score_stride));
    positions = reinterpret_cast<int32_t*>(take(shape.longest));
  }
};

inline int64_t attention_scratch_bytes(const AttentionShape& shape) {
  return AttentionScratch(nullptr, shape).size_bytes;
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
inline void list_visible(const AttentionForward<float>& a, AttentionPair& pair, int32_t* positions) {
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

// Sixteen keys a time turned into columns of a panel; zeros where there is no key.
inline void pack_keys(const AttentionForward<float>& a, const AttentionPair& pair, const AttentionScratch& scratch) {
  const int64_t size = a.query.cols / a.heads;
  const float* const keys = a.key.row(pair.first_key) + pair.head * size;
  for (int64_t first = 0; first < round_up(pair.visible, kPanel); first += kLanes) {
    float* const panel = scratch.keys + first / kPanel * size * kPanel + first % kPanel;
    for (int64_t d = 0; d < size; d += kLanes) {
      const int64_t left = size - d < kLanes ? size - d : kLanes;
      F32x16 block[16];
      for (int64_t i = 0; i < kLanes; i++) {
        if (first + i >= pair.visible) {
          block[i] = zero();
          continue;
        }
        const float* const row = keys + scratch.positions[first + i] * a.key.stride + d;
        block[i] = left == kLanes ? load(row) : load_first(row, left);
        prefetch(row + size);
      }
      transpose(block);
      for (int64_t i = 0; i < left; i++) store(panel + (d + i) * kPanel, block[i]);
    }
  }
}

inline void pack_values(const AttentionForward<float>& a, const AttentionPair& pair, const AttentionScratch& scratch) {
  const int64_t size = a.query.cols / a.heads;
  const float* const values = a.value.row(pair.first_key) + pair.head * size;
  for (int64_t i = 0; i < pair.visible; i++) {
    const float* const row = values + scratch.positions[i] * a.value.stride;
    for (int64_t d = 0; d < round_up(size, kPanel); d += kLanes) {
      float* const panel = scratch.values + (d / kPanel * pair.visible + i) * kPanel + d % kPanel;
      const int64_t left = size - d;
      prefetch(row + d + size);
      store(panel, left >= kLanes ? load(row + d) : left > 0 ? load_first(row + d, left) : zero());
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
inline void show_and_drop(const AttentionForward<float>& a, const AttentionPair& pair, int64_t query, float* weights,
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

// Queries [first, last) of the pair, at most kQueryBlock.
inline void attend(const AttentionForward<float>& a, const AttentionPair& pair, Range queries,
                   const AttentionScratch& scratch) {
  const int64_t size = a.query.cols / a.heads;
  const int64_t count = queries.end - queries.begin;
  const int64_t row = pair.first_query + queries.begin;
  const Range rows = {0, count};
  for (int64_t q = 0; q < count; q++) {
    for (int64_t d = 0; d < size; d += kLanes) prefetch(a.query.row(row + q) + (pair.head + 1) * size + d);
  }
  const Matrix<float> scores = {scratch.scores, count, round_up(pair.visible, kPanel), scratch.score_stride};

  if (pair.uniform) {
    for (int64_t q = 0; q < count; q++) {
      for (int64_t key = 0; key < scores.cols; key++) scores.row(q)[key] = 0.0f;
    }
  } else {
    const Matrix<const float> query = {a.query.row(row) + pair.head * size, count, size, a.query.stride};
    multiply({scores, query, scratch.keys, size}, rows, {0, scores.cols / kPanel}, KeepSums{});
  }

  const F32x16 scale = broadcast(a.scale);
  float over_sum[kQueryBlock];
  for (int64_t q = 0; q < count; q++) {
    over_sum[q] = exponentials(scores.row(q), pair.visible, scale);
    if (a.probabilities != nullptr || a.multiplier != nullptr) {
      show_and_drop(a, pair, queries.begin + q, scores.row(q), over_sum[q], scratch.positions);
    }
  }

  const Matrix<float> context = {a.context.row(row) + pair.head * size, count, size, a.context.stride};
  const Matrix<const float> weights = {scores.data, count, pair.visible, scores.stride};
  multiply({context, weights, scratch.values, pair.visible}, rows, {0, pieces_of(size, kPanel)}, ScaleRows{over_sum});
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
inline void attention_forward(const AttentionForward<float>& a, Part part) {
  const auto count_of = [](const int32_t* starts, int64_t n) { return int64_t{starts[n + 1]} - starts[n]; };
  int64_t total = 0;
  int64_t longest = 0;
  for (int64_t n = 0; n < a.sequences; n++) {
    const int64_t keys = count_of(a.starts, n);
    total += a.heads * attention_cost(count_of(a.query_starts, n), keys);
    longest = keys > longest ? keys : longest;
  }
  const Range own = {total * part.index / part.count, total * (part.index + 1) / part.count};
  const AttentionScratch scratch(a.scratch + part.index * a.scratch_bytes, {longest, a.query.cols / a.heads});
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
