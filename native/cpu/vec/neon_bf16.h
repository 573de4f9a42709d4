// bfloat16 with its instructions. bfdot takes denormal numbers as zero, as the whole library does (base/float_mode.h),
// and rounds in a way of its own. bfmmla does twice as much, on blocks of 2 x 2 that the shared tile does not have.
// Included after vec/neon.h.
#pragma once

struct Bf16x16 {
  bfloat16x8_t low, high;
};
inline Bf16x16 round_to_bf16(F32x16 v) {
  return {vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(v.a), v.b), vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(v.c), v.d)};
}

#include "cpu/vec/neon_store_bf16.h"

struct Bf16Dot {
  static constexpr int64_t kDepth = 2;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = kTileVectors;
  using Weights = Four<bfloat16x8_t>;
  using Inputs = bfloat16x4_t;  // in the first word
  using Sums = F32x16;
  static Sums none() { return zero(); }
  static Weights weights(const std::byte* p) { return load_four<bfloat16x8_t>(p); }
  static Inputs inputs(const std::byte* p) { return vreinterpret_bf16_f32(first_word(p)); }
  static float32x4_t add_quarter(float32x4_t c, bfloat16x8_t b, bfloat16x4_t a) { return vbfdotq_lane_f32(c, b, a, 0); }
  static Sums add(Inputs a, const Weights& b, const Sums& c) { return each<add_quarter>(c, b, four(a)); }
};
