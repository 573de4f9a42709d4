// int8 with AVX-VNNI: bytes without a sign (the inputs, which have 128 added) times bytes with one.
// Included after vec/avx2.h.
#pragma once

struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = 4;  // and an input for each row
  static constexpr uint8_t kOffset = 128;
  struct Weights {
    __m256i low, high;
  };
  using Inputs = __m256i;
  using Sums = I32x16;
  static Sums start(const int32_t* corrections) { return load_ints(corrections); }
  static Weights weights(const std::byte* p) {
    const __m256i* const eight = reinterpret_cast<const __m256i*>(p);
    return {_mm256_loadu_si256(eight), _mm256_loadu_si256(eight + 1)};
  }
  static Inputs inputs(const std::byte* p) { return broadcast_word(p); }
  // Written out, as in vec/avx512_vnni.h; in the form that AVX-VNNI has, not the one of AVX-512.
  static Sums add(Inputs a, const Weights& b, Sums c) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(c.low) : "x"(a), "x"(b.low));
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(c.high) : "x"(a), "x"(b.high));
    return c;
  }
};
