// int8 without the dot product: products of bytes have 16 bits and so have sums of two, since neither weights nor
// inputs reach -128 (ops/linear_int8.h, ops/operand.h): 2 x 127 x 127 = 32258. Included after vec/neon.h.
#pragma once

struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kHalvesRows;
  static constexpr int kVectors = kHalvesVectors;
  static constexpr uint8_t kOffset = 0;
  using Weights = Four<int8x16_t>;
  using Inputs = int8x16_t;
  using Sums = I32x16;
  static Sums start(const int32_t*) { return four(vdupq_n_s32(0)); }
  static Weights weights(const std::byte* p) { return load_four<int8x16_t>(p); }
  static Inputs inputs(const std::byte* p) { return vreinterpretq_s8_u32(broadcast_word(p)); }
  static int32x4_t add_quarter(int32x4_t c, int8x16_t a, int8x16_t b) {
    const int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpadalq_s16(c, vpaddq_s16(low, vmull_high_s8(a, b)));
  }
  static Sums add(Inputs a, const Weights& b, const Sums& c) { return each<add_quarter>(c, four(a), b); }
};
