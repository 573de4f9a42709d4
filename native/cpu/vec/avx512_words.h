// int8 without VNNI: bytes widened to 16 bits, where products of two cannot overflow (vpmaddubsw would saturate).
// Included after vec/avx512.h.
#pragma once

struct Words {
  __m512i even, odd;  // bytes 0 and 2, bytes 1 and 3 of each word of 32 bits
};
inline Words widen(__m512i bytes) {
  return {_mm512_srai_epi16(_mm512_slli_epi16(bytes, 8), 8), _mm512_srai_epi16(bytes, 8)};
}

struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kTileRows / 2 - 1;
  static constexpr int kVectors = kTileVectors;
  static constexpr uint8_t kOffset = 0;
  using Weights = Words;
  using Inputs = Words;
  using Sums = I32x16;
  static Sums start(const int32_t*) { return {_mm512_setzero_si512()}; }
  static Weights weights(const std::byte* p) { return widen(_mm512_loadu_si512(p)); }
  static Inputs inputs(const std::byte* p) { return widen(broadcast_word(p)); }
  static Sums add(const Inputs& a, const Weights& b, Sums c) {
    const __m512i even = _mm512_madd_epi16(a.even, b.even);
    return {_mm512_add_epi32(_mm512_add_epi32(c.all, even), _mm512_madd_epi16(a.odd, b.odd))};
  }
};
