// Stores of bfloat16, for either way of rounding to it. Included after round_to_bf16.
#pragma once

inline void store_bf16(Bf16* p, F32x16 v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), round_to_bf16(v)); }
inline void store_bf16_first(Bf16* p, F32x16 v, int64_t count) {
  _mm256_mask_storeu_epi16(p, first_lanes(count), round_to_bf16(v));
}
