// bfloat16 with AVX512_BF16. vdpbf16ps takes denormal numbers as zero, as the whole library does (base/float_mode.h).
// Included after vec/avx512.h.
#pragma once

inline __m256i round_to_bf16(F32x16 v) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v.all)); }

#include "cpu/vec/avx512_store_bf16.h"

struct Bf16Dot {
  static constexpr int64_t kDepth = 2;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = kTileVectors;
  using Weights = __m512i;
  using Inputs = __m512i;
  using Sums = F32x16;
  static Sums none() { return zero(); }
  static Weights weights(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Inputs inputs(const std::byte* p) { return broadcast_word(p); }
  // Written out: gcc 12 keeps the sums of the intrinsic in memory, at half the speed.
  static Sums add(Inputs a, Weights b, Sums c) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(c.all) : "v"(a), "v"(b));
    return c;
  }
};
