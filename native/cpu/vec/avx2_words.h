// int8 without VNNI: bytes widened to 16 bits, where products of two cannot overflow (vpmaddubsw would saturate).
// Included after vec/avx2.h.
#pragma once

struct Words {
  __m256i even, odd;  // bytes 0 and 2, bytes 1 and 3 of each word of 32 bits
};
inline Words widen(__m256i bytes) {
  return {_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8), _mm256_srai_epi16(bytes, 8)};
}

struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kHalvesRows;
  static constexpr int kVectors = kHalvesVectors;
  static constexpr uint8_t kOffset = 0;
  struct Weights {
    Words low, high;
  };
  using Inputs = Words;
  using Sums = I32x16;
  static Sums start(const int32_t*) { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static Weights weights(const std::byte* p) {
    const __m256i* const eight = reinterpret_cast<const __m256i*>(p);
    return {widen(_mm256_loadu_si256(eight)), widen(_mm256_loadu_si256(eight + 1))};
  }
  static Inputs inputs(const std::byte* p) { return widen(broadcast_word(p)); }
  static __m256i add(const Words& a, const Words& b, __m256i c) {
    const __m256i even = _mm256_madd_epi16(a.even, b.even);
    return _mm256_add_epi32(_mm256_add_epi32(c, even), _mm256_madd_epi16(a.odd, b.odd));
  }
  static Sums add(const Inputs& a, const Weights& b, Sums c) { return {add(a, b.low, c.low), add(a, b.high, c.high)}; }
};
