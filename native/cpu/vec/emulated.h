// The vocabulary in plain C++, and its definition: what each word means, lane by lane. It lets the tests run every
// kernel body on any machine in the shape of an instruction set that the machine lacks (here: AVX-512's tile and
// panel). Slow, and never in the table of a user. Included inside a namespace, as the other vocabularies are.
#pragma once

constexpr int kLanes = 16;
constexpr int kRegisters = 32;
constexpr int kTileRows = 14;    // rows of the register tile
constexpr int kTileVectors = 8;  // vectors that it may accumulate in
constexpr int kHalvesRows = 12;  // the same where a register of numbers is split into two
constexpr int kHalvesVectors = 8;
constexpr int kPanelVectors = 2;  // vectors of columns in a panel
constexpr Packer kPacker = {"panels-32", kPanelVectors* kLanes};

struct F32x16 {
  float lane[kLanes];
};
struct I32x16 {
  int32_t lane[kLanes];
};

template <class Function>
inline F32x16 each_lane(Function function) {
  F32x16 result;
  for (int i = 0; i < kLanes; i++) result.lane[i] = function(i);
  return result;
}
inline uint32_t bits(float x) { return std::bit_cast<uint32_t>(x); }

inline F32x16 broadcast(float x) {
  return each_lane([=](int) { return x; });
}
inline float read(const float* p) {  // whatever type its memory has
  float x;
  std::memcpy(&x, p, sizeof x);
  return x;
}
inline F32x16 broadcast(const float* p) { return broadcast(read(p)); }
inline F32x16 zero() { return broadcast(0.0f); }
inline F32x16 load(const float* p) {
  return each_lane([=](int i) { return read(p + i); });
}
inline void store(float* p, F32x16 v) {
  for (int i = 0; i < kLanes; i++) p[i] = v.lane[i];
}
inline void prefetch(const void*) {}

// The first `count` (0 .. 16) lanes; the others read as 0 and are not written, nor is memory touched for them.
inline F32x16 load_first(const float* p, int64_t count) {
  return each_lane([=](int i) { return i < count ? read(p + i) : 0.0f; });
}
inline void store_first(float* p, F32x16 v, int64_t count) {
  for (int i = 0; i < count; i++) p[i] = v.lane[i];
}
// Those lanes of v, the others of `rest`.
inline F32x16 keep_first(F32x16 v, int64_t count, F32x16 rest) {
  return each_lane([&](int i) { return i < count ? v.lane[i] : rest.lane[i]; });
}

inline F32x16 operator+(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] + b.lane[i]; });
}
inline F32x16 operator-(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] - b.lane[i]; });
}
inline F32x16 operator*(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] * b.lane[i]; });
}
inline F32x16 operator/(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] / b.lane[i]; });
}
// a b + c, rounded once.
inline F32x16 multiply_add(F32x16 a, F32x16 b, F32x16 c) {
  return each_lane([&](int i) { return std::fma(a.lane[i], b.lane[i], c.lane[i]); });
}
inline F32x16 square_root(F32x16 a) {
  return each_lane([&](int i) { return std::sqrt(a.lane[i]); });
}
// The second operand where the two are equal or either is NaN, as the instructions do.
inline F32x16 larger(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
inline F32x16 smaller(F32x16 a, F32x16 b) {
  return each_lane([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}
// `no` where either is NaN.
inline F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return each_lane([&](int i) { return a.lane[i] < b.lane[i] ? yes.lane[i] : no.lane[i]; });
}
inline F32x16 absolute(F32x16 a) {
  return each_lane([&](int i) { return std::fabs(a.lane[i]); });
}
// magnitude >= 0.
inline F32x16 with_sign(F32x16 magnitude, F32x16 sign_of) {
  return each_lane([&](int i) { return std::copysign(magnitude.lane[i], sign_of.lane[i]); });
}
// The bits of a, moved up by 23: its lowest 9 become sign and exponent.
inline F32x16 low_bits_as_exponent(F32x16 a) {
  return each_lane([&](int i) { return std::bit_cast<float>(bits(a.lane[i]) << 23); });
}

inline F32x16 to_float(I32x16 v) {
  return each_lane([&](int i) { return static_cast<float>(v.lane[i]); });
}
// To nearest even; the smallest integer for what does not fit.
inline I32x16 to_int(F32x16 v) {
  I32x16 result;
  for (int i = 0; i < kLanes; i++) {
    const float x = std::nearbyint(v.lane[i]);
    result.lane[i] = std::fabs(x) < 0x1p31f ? static_cast<int32_t>(x) : INT32_MIN;
  }
  return result;
}
inline I32x16 load_ints(const int32_t* p) {
  I32x16 result;
  std::memcpy(&result, p, sizeof result);
  return result;
}
// Bytes with a sign.
inline F32x16 load_bytes(const uint8_t* p) {
  return each_lane([=](int i) { return static_cast<float>(static_cast<int8_t>(p[i])); });
}
// The lowest bytes of v + offset, at most sixteen of them.
inline void store_bytes_first(uint8_t* p, I32x16 v, uint8_t offset, int64_t count) {
  for (int i = 0; i < kLanes && i < count; i++) p[i] = static_cast<uint8_t>(static_cast<uint32_t>(v.lane[i]) + offset);
}
// |a| or |b|: the larger, a NaN before all.
inline F32x16 larger_size(F32x16 a, F32x16 b) {
  return each_lane([&](int i) {
    const float x = std::fabs(a.lane[i]), y = std::fabs(b.lane[i]);
    return bits(x) > bits(y) ? x : y;
  });
}
inline float largest_size(F32x16 v) {
  for (int i = 1; i < kLanes; i++)
    v.lane[0] = bits(std::fabs(v.lane[i])) > bits(std::fabs(v.lane[0])) ? v.lane[i] : v.lane[0];
  return std::fabs(v.lane[0]);
}

inline F32x16 load_bf16(const Bf16* p) {
  return each_lane([=](int i) { return from_bf16(p[i]); });
}
inline F32x16 load_bf16_first(const Bf16* p, int64_t count) {
  return each_lane([=](int i) { return i < count ? from_bf16(p[i]) : 0.0f; });
}
inline void store_bf16_first(Bf16* p, F32x16 v, int64_t count) {
  for (int i = 0; i < kLanes && i < count; i++) p[i] = to_bf16(v.lane[i]);
}
inline void store_bf16(Bf16* p, F32x16 v) { store_bf16_first(p, v, kLanes); }
// Words of two bfloat16: from the upper halves of two vectors, and back.
inline F32x16 pair_halves(F32x16 even, F32x16 odd) {
  return each_lane([&](int i) { return std::bit_cast<float>(bits(even.lane[i]) >> 16 | bits(odd.lane[i])); });
}
struct Halves {
  F32x16 even, odd;
};
inline Halves split_halves(F32x16 words) {
  return {each_lane([&](int i) { return std::bit_cast<float>(bits(words.lane[i]) << 16); }),
          each_lane([&](int i) { return std::bit_cast<float>(bits(words.lane[i]) & 0xffff0000); })};
}

// Halves are folded onto each other: 16, 8, 4, 2, 1. The order of this tree is part of the bits of a result.
template <class Function>
inline float fold(F32x16 v, Function function) {
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) v.lane[i] = function(v.lane[i], v.lane[i + half]);
  }
  return v.lane[0];
}
inline float sum(F32x16 v) {
  return fold(v, [](float a, float b) { return a + b; });
}
inline float largest(F32x16 v) {
  return fold(v, [](float a, float b) { return a > b ? a : b; });
}

// Lane i of row j becomes lane j of row i.
inline void transpose(F32x16 (&r)[16]) {
  for (int j = 0; j < kLanes; j++) {
    for (int i = 0; i < j; i++) {
      const float kept = r[j].lane[i];
      r[j].lane[i] = r[i].lane[j];
      r[i].lane[j] = kept;
    }
  }
}

// Bytes without a sign times bytes with one, as the VNNI instructions do.
struct Int8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = kTileRows / 2;
  static constexpr int kVectors = kTileVectors;
  static constexpr uint8_t kOffset = 128;
  struct Bytes {
    uint8_t byte[kLanes * 4];
  };
  using Weights = Bytes;
  using Inputs = Bytes;
  using Sums = I32x16;
  static Sums start(const int32_t* corrections) { return load_ints(corrections); }
  static Weights weights(const std::byte* p) {
    Bytes all;
    std::memcpy(all.byte, p, sizeof all.byte);
    return all;
  }
  static Inputs inputs(const std::byte* p) {
    Bytes all;
    for (int i = 0; i < kLanes; i++) std::memcpy(all.byte + 4 * i, p, 4);
    return all;
  }
  static Sums add(const Inputs& a, const Weights& b, Sums c) {
    for (int i = 0; i < kLanes * 4; i++) c.lane[i / 4] += a.byte[i] * static_cast<int8_t>(b.byte[i]);
    return c;
  }
};
