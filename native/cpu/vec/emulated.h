// The vocabulary in plain C++, and its definition: what each word means, lane by lane. It lets the tests run every
// kernel body on any machine in the shape of an instruction set that the machine lacks (here: AVX-512's tile and
// panel). Slow, and never in the table of a user. Included inside a namespace, as the other vocabularies are.
#pragma once

constexpr const char* kName = "emulated";
constexpr int kLanes = 16;
constexpr int kTileRows = 14;     // rows of the register tile
constexpr int kTileVectors = 8;   // vectors that it may accumulate in
constexpr int kPanelVectors = 2;  // vectors of columns in a panel
constexpr Packer kPacker = {"panels-32", kPanelVectors* kLanes};

struct F32x16 {
  float lane[kLanes];
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
inline F32x16 broadcast(const float* p) { return broadcast(*p); }
inline F32x16 zero() { return broadcast(0.0f); }
inline F32x16 load(const float* p) {
  return each_lane([=](int i) { return p[i]; });
}
inline void store(float* p, F32x16 v) {
  for (int i = 0; i < kLanes; i++) p[i] = v.lane[i];
}
inline void prefetch(const void*) {}

// The first `count` (0 .. 16) lanes; the others read as 0 and are not written, nor is memory touched for them.
inline F32x16 load_first(const float* p, int64_t count) {
  return each_lane([=](int i) { return i < count ? p[i] : 0.0f; });
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
