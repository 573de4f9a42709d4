// int8 with the dot product instruction: four bytes with a sign times four, added to 32 bits.
// Included after vec/neon.h.
#pragma once

// Six rows, whose totals lie in memory between groups. Three would keep them in registers and read the weights twice as
// often; which is faster was not measured.
struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = kTileVectors;
  static constexpr uint8_t kOffset = 0;
  using Weights = Four<int8x16_t>;
  using Inputs = int8x8_t;  // in the first word
  using Sums = I32x16;
  static Sums start(const int32_t*) { return four(vdupq_n_s32(0)); }
  static Weights weights(const std::byte* p) { return load_four<int8x16_t>(p); }
  static Inputs inputs(const std::byte* p) { return vreinterpret_s8_f32(first_word(p)); }
  static int32x4_t add_quarter(int32x4_t c, int8x16_t b, int8x8_t a) { return vdotq_lane_s32(c, b, a, 0); }
  static Sums add(Inputs a, const Weights& b, const Sums& c) { return each<add_quarter>(c, b, four(a)); }
};
