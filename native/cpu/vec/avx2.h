// The vocabulary for AVX2 and FMA: 16 floats as two registers of 8, so that sums have the order, and results the bits,
// of one AVX-512 register. Included inside the namespace and the target region of cpu/avx2.cc.
// Every word means exactly what cpu/vec/emulated.h says it does.
#pragma once

constexpr int kLanes = 16;

// The register tile: 6 rows x 1 panel of 16 columns = 12 accumulators, 2 registers of weights and 1 or 2 of inputs,
// of 16. A multiply-add takes 5 cycles on Zen 2 and two start each cycle: 10 accumulators keep both units busy.
constexpr int kRegisters = 6;  // pairs of them, less two for inputs
constexpr int kTileRows = 6;
constexpr int kTileVectors = 6;
// The same where a register of numbers is split into two: columns are 4 registers, an input 2.
constexpr int kHalvesRows = 3;
constexpr int kHalvesVectors = 3;
constexpr int kPanelVectors = 1;
constexpr Packer kPacker = {"panels-16", kPanelVectors* kLanes};

struct F32x16 {
  __m256 low, high;
};
struct I32x16 {
  __m256i low, high;
};

inline F32x16 broadcast(float x) {
  const __m256 v = _mm256_set1_ps(x);
  return {v, v};
}
inline F32x16 broadcast(const float* p) {
  const __m256 v = _mm256_broadcast_ss(p);
  return {v, v};
}
inline F32x16 zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
inline F32x16 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline void store(float* p, F32x16 v) {
  _mm256_storeu_ps(p, v.low);
  _mm256_storeu_ps(p + 8, v.high);
}
// Written out: gcc 12 takes a function with nothing but the intrinsic for one without effects, and drops its calls.
inline void prefetch(const void* p) { asm volatile("prefetcht0 (%0)" : : "r"(p)); }

// Four bytes, whatever they are, in every lane.
inline __m256i broadcast_word(const std::byte* p) {
  int32_t word;
  std::memcpy(&word, p, sizeof word);
  return _mm256_set1_epi32(word);
}

struct FirstLanes {
  __m256i low, high;
};
inline FirstLanes first_lanes(int64_t count) {
  const __m256i n = _mm256_set1_epi32(static_cast<int>(count));
  return {_mm256_cmpgt_epi32(n, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
          _mm256_cmpgt_epi32(n, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15))};
}
inline F32x16 load_first(const float* p, int64_t count) {
  const FirstLanes mask = first_lanes(count);
  return {_mm256_maskload_ps(p, mask.low), _mm256_maskload_ps(p + 8, mask.high)};
}
inline void store_first(float* p, F32x16 v, int64_t count) {
  const FirstLanes mask = first_lanes(count);
  _mm256_maskstore_ps(p, mask.low, v.low);
  _mm256_maskstore_ps(p + 8, mask.high, v.high);
}
inline F32x16 keep_first(F32x16 v, int64_t count, F32x16 rest) {
  const FirstLanes mask = first_lanes(count);
  return {_mm256_blendv_ps(rest.low, v.low, _mm256_castsi256_ps(mask.low)),
          _mm256_blendv_ps(rest.high, v.high, _mm256_castsi256_ps(mask.high))};
}

inline F32x16 operator+(F32x16 a, F32x16 b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline F32x16 operator-(F32x16 a, F32x16 b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
inline F32x16 operator*(F32x16 a, F32x16 b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline F32x16 operator/(F32x16 a, F32x16 b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
inline F32x16 multiply_add(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
inline F32x16 square_root(F32x16 a) { return {_mm256_sqrt_ps(a.low), _mm256_sqrt_ps(a.high)}; }
inline F32x16 larger(F32x16 a, F32x16 b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
inline F32x16 smaller(F32x16 a, F32x16 b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }

inline F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm256_blendv_ps(no.low, yes.low, _mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ)),
          _mm256_blendv_ps(no.high, yes.high, _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ))};
}
inline F32x16 absolute(F32x16 a) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, a.low), _mm256_andnot_ps(sign, a.high)};
}
inline F32x16 with_sign(F32x16 magnitude, F32x16 sign_of) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_or_ps(magnitude.low, _mm256_and_ps(sign, sign_of.low)),
          _mm256_or_ps(magnitude.high, _mm256_and_ps(sign, sign_of.high))};
}
inline F32x16 low_bits_as_exponent(F32x16 a) {
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a.low), 23)),
          _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a.high), 23))};
}

inline F32x16 to_float(I32x16 v) { return {_mm256_cvtepi32_ps(v.low), _mm256_cvtepi32_ps(v.high)}; }
inline I32x16 to_int(F32x16 v) { return {_mm256_cvtps_epi32(v.low), _mm256_cvtps_epi32(v.high)}; }
inline I32x16 load_ints(const int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}
// Bytes with a sign.
inline F32x16 load_bytes(const uint8_t* p) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return to_float({_mm256_cvtepi8_epi32(bytes), _mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8))});
}
// Sixteen words of 32 bits that fit in 16, in order.
inline __m256i narrow(I32x16 v) { return _mm256_permute4x64_epi64(_mm256_packus_epi32(v.low, v.high), 0xd8); }
template <class T>
inline void store_first_of(T* p, const void* from, int64_t count) {
  std::memcpy(p, from, static_cast<size_t>(count < kLanes ? count : kLanes) * sizeof(T));
}
inline void store_bytes_first(uint8_t* p, I32x16 v, uint8_t offset, int64_t count) {
  const __m256i add = _mm256_set1_epi32(offset);
  const __m256i low_byte = _mm256_set1_epi32(0xff);
  const __m256i words = narrow({_mm256_and_si256(_mm256_add_epi32(v.low, add), low_byte),
                                _mm256_and_si256(_mm256_add_epi32(v.high, add), low_byte)});
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  if (count >= kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
  } else {
    store_first_of(p, &bytes, count);
  }
}
inline __m256 larger_bits(__m256 a, __m256 b) {
  return _mm256_castsi256_ps(_mm256_max_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}
inline F32x16 larger_size(F32x16 a, F32x16 b) {
  const F32x16 x = absolute(a);
  const F32x16 y = absolute(b);
  return {larger_bits(x.low, y.low), larger_bits(x.high, y.high)};
}
inline float largest_size(F32x16 v) {
  const F32x16 size = absolute(v);
  const __m256i eight = _mm256_castps_si256(larger_bits(size.low, size.high));
  const __m128i four = _mm_max_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  const __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return __builtin_bit_cast(float, _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xb1))));
}

inline F32x16 halves_of(__m256i halves) {
  const __m256i low = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(halves));
  const __m256i high = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(halves, 1));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(low, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(high, 16))};
}
inline F32x16 load_bf16(const Bf16* p) { return halves_of(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
inline F32x16 load_bf16_first(const Bf16* p, int64_t count) {
  alignas(32) Bf16 all[kLanes] = {};
  std::memcpy(all, p, static_cast<size_t>(count) * sizeof(Bf16));
  return load_bf16(all);
}
// Words of two bfloat16: from the upper halves of two vectors, and back.
inline __m256 pair_halves(__m256 even, __m256 odd) {
  return _mm256_castsi256_ps(
      _mm256_or_si256(_mm256_srli_epi32(_mm256_castps_si256(even), 16), _mm256_castps_si256(odd)));
}
inline F32x16 pair_halves(F32x16 even, F32x16 odd) {
  return {pair_halves(even.low, odd.low), pair_halves(even.high, odd.high)};
}
struct Halves {
  F32x16 even, odd;
};
inline __m256 lower_half(__m256 v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 16)); }
inline __m256 upper_half(__m256 v) {
  return _mm256_and_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(0xffff0000))));
}
inline Halves split_halves(F32x16 words) {
  return {{lower_half(words.low), lower_half(words.high)}, {upper_half(words.low), upper_half(words.high)}};
}

// To nearest even; NaN stays NaN. The upper halves, as 32 bits.
inline __m256i rounded_half(__m256 v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
}
inline __m256i round_to_bf16(F32x16 v) { return narrow({rounded_half(v.low), rounded_half(v.high)}); }
inline void store_bf16(Bf16* p, F32x16 v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), round_to_bf16(v)); }
inline void store_bf16_first(Bf16* p, F32x16 v, int64_t count) {
  const __m256i halves = round_to_bf16(v);
  store_first_of(p, &halves, count);
}

inline float sum(F32x16 v) {
  const __m256 eight = _mm256_add_ps(v.low, v.high);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(F32x16 v) {
  const __m256 eight = _mm256_max_ps(v.low, v.high);
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

inline void transpose8(__m256 (&r)[8]) {
  __m256 pairs[8], quads[8];
  for (int i = 0; i < 4; i++) {
    pairs[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
    pairs[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    quads[4 * i] = _mm256_shuffle_ps(pairs[4 * i], pairs[4 * i + 2], 0x44);
    quads[4 * i + 1] = _mm256_shuffle_ps(pairs[4 * i], pairs[4 * i + 2], 0xee);
    quads[4 * i + 2] = _mm256_shuffle_ps(pairs[4 * i + 1], pairs[4 * i + 3], 0x44);
    quads[4 * i + 3] = _mm256_shuffle_ps(pairs[4 * i + 1], pairs[4 * i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}
inline void transpose(F32x16 (&r)[16]) {
  __m256 block[4][8];
  for (int i = 0; i < 8; i++) {
    block[0][i] = r[i].low;
    block[1][i] = r[i + 8].low;
    block[2][i] = r[i].high;
    block[3][i] = r[i + 8].high;
  }
  for (int i = 0; i < 4; i++) transpose8(block[i]);
  for (int i = 0; i < 8; i++) {
    r[i] = {block[0][i], block[1][i]};
    r[i + 8] = {block[2][i], block[3][i]};
  }
}
