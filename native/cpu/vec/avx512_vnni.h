// int8 with AVX512_VNNI: bytes without a sign (the inputs, which have 128 added) times bytes with one.
// Included after vec/avx512.h.
#pragma once

struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kTileRows / 2;
  static constexpr int kVectors = kTileVectors;
  static constexpr uint8_t kOffset = 128;
  using Weights = __m512i;
  using Inputs = __m512i;
  using Sums = I32x16;
  static Sums start(const int32_t* corrections) { return load_ints(corrections); }
  static Weights weights(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Inputs inputs(const std::byte* p) { return broadcast_word(p); }
  // Written out: gcc 12 keeps the sums of the intrinsic in memory, at half the speed.
  static Sums add(Inputs a, Weights b, Sums c) {
    asm("vpdpbusd %2, %1, %0" : "+v"(c.all) : "v"(a), "v"(b));
    return c;
  }
};
