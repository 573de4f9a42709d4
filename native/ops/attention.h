// Scaled dot-product attention over a packed batch of sequences, all heads:
//   p[q,key] = softmax over the visible keys of (scale * query[q,:] . key[key,:]),   context[q,:] = sum of p * value
//   shapes  query [Q,H]   key value [T,H]   context [Q,H]   head a uses columns a D .. a D + D-1, D = H / heads
//           starts [N+1]: keys of sequence n are rows starts[n] .. starts[n+1]-1; query_starts [N+1]: likewise its
//           queries
//   scale   > 0
//   visible [T], null = all: keys that may be attended to. Hidden keys have p = 0 and do not touch any sum, so a
//           sequence has the same bits with its hidden rows and without them. No visible key: p = 1 / keys for all.
//   probabilities  null, or the p of every sequence: block n at probability_starts[n], [heads, queries n, keys n],
//           before the multiplier (what `attentions` shows)
//   multiplier     null, or dropout multipliers of p in the same layout, applied before the values are summed
//   scratch  attention_scratch_bytes(...) bytes per part, 64-byte aligned: part i uses its i-th piece
//   part    threads share the (sequence, head) pairs, and the queries of one
//   bits    score: one chain over ascending d; sums over visible keys in ascending order in an order fixed by their
//   number
//   bf16    attention_bf16: query, key and value in bfloat16, D even, products as linear_bf16.h; exp(score - largest),
//           times the multiplier, is rounded to bfloat16 before it meets the values, and the sum that divides it is
//           not. The softmax stays in float32. context plain or bf16
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/matrix.h"
#include "base/part.h"
#include "ops/convert_rows.h"

namespace albert {

// What the two forms share.
template <class T>
struct AttentionBatch {
  T* probabilities = nullptr;
  const int32_t* starts = nullptr;
  const int32_t* query_starts = nullptr;
  const uint8_t* visible = nullptr;
  const T* multiplier = nullptr;
  const int64_t* probability_starts = nullptr;  // [N]; needed with probabilities or multiplier
  int32_t sequences = 0;
  int32_t heads = 0;
  T scale = T(1);
  std::byte* scratch = nullptr;
  int64_t scratch_bytes = 0;  // per part
};

template <class T>
struct AttentionForward : AttentionBatch<T> {
  Matrix<T> context;
  Matrix<const T> query;
  Matrix<const T> key;
  Matrix<const T> value;
};

template <class T>
struct AttentionBf16Forward : AttentionBatch<T> {
  Operand<T> context;
  Matrix<const Bf16> query;
  Matrix<const Bf16> key;
  Matrix<const Bf16> value;
};

// What sizes the scratch.
struct AttentionShape {
  int64_t longest = 0;  // keys of the longest sequence
  int64_t head_size = 0;
};

namespace reference {

template <class T>
int64_t attention_scratch_bytes(const AttentionShape& shape) {
  return shape.longest * static_cast<int64_t>(sizeof(T));
}

inline float number(Bf16 bits) { return from_bf16(bits); }
inline float number(float x) { return x; }
inline double number(double x) { return x; }

// One query of one head: what the values weigh, and 1 over their sum, from `scores`, which holds as many numbers as the
// sequence has keys.
template <class T, class Attention>
T weigh(const Attention& a, int64_t n, int64_t head, int64_t q, T* scores) {
  const int64_t size = a.query.cols / a.heads;
  const int64_t first = a.starts[n];
  const int64_t keys = a.starts[n + 1] - first;
  const auto* query = a.query.row(a.query_starts[n] + q) + head * size;
  const auto is_visible = [&](int64_t key) { return a.visible == nullptr || a.visible[first + key] != 0; };

  T largest = -std::numeric_limits<T>::infinity();
  for (int64_t key = 0; key < keys; key++) {
    const auto* k = a.key.row(first + key) + head * size;
    T dot = 0;
    for (int64_t d = 0; d < size; d++) dot += static_cast<T>(number(query[d])) * static_cast<T>(number(k[d]));
    scores[key] = dot * a.scale;
    if (is_visible(key)) largest = std::max(largest, scores[key]);
  }
  const bool any = a.visible == nullptr ||
                   std::any_of(a.visible + first, a.visible + first + keys, [](uint8_t v) { return v != 0; });
  T sum = 0;
  for (int64_t key = 0; key < keys; key++) {
    scores[key] = !any ? T(1) : is_visible(key) ? std::exp(scores[key] - largest) : T(0);
    sum += scores[key];
  }
  const int64_t queries = a.query_starts[n + 1] - a.query_starts[n];
  const int64_t row = a.probability_starts == nullptr ? 0 : a.probability_starts[n] + (head * queries + q) * keys;
  for (int64_t key = 0; key < keys; key++) {
    if (a.probabilities != nullptr) a.probabilities[row + key] = scores[key] / sum;
    if (a.multiplier != nullptr) scores[key] *= a.multiplier[row + key];
    if (any && !is_visible(key)) scores[key] = 0;
  }
  return T(1) / sum;
}

// Element d of the context: hidden keys, which weigh nothing, are left out, for their values may be no numbers.
template <class T, class Attention, class Round>
T gather(const Attention& a, int64_t n, int64_t column, const T* weights, const Round& round) {
  const int64_t first = a.starts[n];
  T total = 0;
  for (int64_t key = 0; key < a.starts[n + 1] - first; key++) {
    if (weights[key] != T(0)) total += round(weights[key]) * static_cast<T>(number(a.value.row(first + key)[column]));
  }
  return total;
}

template <class T, class Attention, class Body>
void each_query(const Attention& a, Part part, const Body& body) {
  T* scores = reinterpret_cast<T*>(a.scratch + part.index * a.scratch_bytes);
  const Range pairs = share(int64_t{a.sequences} * a.heads, 1, part);
  for (int64_t pair = pairs.begin; pair < pairs.end; pair++) {
    const int64_t n = pair / a.heads;
    const int64_t head = pair % a.heads;
    for (int64_t q = 0; q < a.query_starts[n + 1] - a.query_starts[n]; q++) {
      const T over_sum = weigh(a, n, head, q, scores);
      const int64_t size = a.query.cols / a.heads;
      for (int64_t column = head * size; column < (head + 1) * size; column++) {
        body(n, a.query_starts[n] + q, column, scores, over_sum);
      }
    }
  }
}

template <class T>
void attention_forward(const AttentionForward<T>& a, Part part) {
  each_query<T>(a, part, [&](int64_t n, int64_t row, int64_t column, const T* weights, T over_sum) {
    a.context.row(row)[column] = gather(a, n, column, weights, [](T weight) { return weight; }) * over_sum;
  });
}

template <class T>
void attention_bf16_forward(const AttentionBf16Forward<T>& a, Part part) {
  const auto round = [](T weight) { return static_cast<T>(from_bf16(to_bf16(static_cast<float>(weight)))); };
  each_query<T>(a, part, [&](int64_t n, int64_t row, int64_t column, const T* weights, T over_sum) {
    const T value = gather(a, n, column, weights, round) * over_sum;
    if (a.context.format == Format::plain) a.context.plain.row(row)[column] = value;
    if (a.context.format == Format::bf16) a.context.bf16.row(row)[column] = to_bf16(static_cast<float>(value));
  });
}

}  // namespace reference
}  // namespace albert
