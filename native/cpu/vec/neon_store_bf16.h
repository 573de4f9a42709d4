// Stores of bfloat16, for either way of rounding to it. Included after round_to_bf16.
#pragma once

inline void store_bf16_first(Bf16* p, F32x16 v, int64_t count) {
  const auto halves = round_to_bf16(v);
  store_first_of(p, &halves, count);
}
inline void store_bf16(Bf16* p, F32x16 v) {
  const auto halves = round_to_bf16(v);
  std::memcpy(p, &halves, sizeof halves);
}
