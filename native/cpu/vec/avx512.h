// The vocabulary for AVX-512 (F, BW, VL, DQ): 16 floats in one register.
// Included inside the namespace and the target region of cpu/avx512.cc.
// Every word means exactly what cpu/vec/emulated.h says it does.
#pragma once

constexpr int kLanes = 16;

// The register tile: 14 rows x 1 panel of 32 columns = 28 accumulators, 2 registers of weights and 1 of inputs, of 32.
// Tall rather than wide: weights are read 9 bytes a cycle, which even the L3 cache delivers.
constexpr int kRegisters = 32;
constexpr int kTileRows = 14;
constexpr int kTileVectors = 8;
// The same where a register of numbers is split into two: columns are 4 registers, an input 2.
constexpr int kHalvesRows = 12;
constexpr int kHalvesVectors = 8;
constexpr int kPanelVectors = 2;
constexpr Packer kPacker = {"panels-32", kPanelVectors* kLanes};

struct F32x16 {
  __m512 all;
};
struct I32x16 {
  __m512i all;
};

inline F32x16 broadcast(float x) { return {_mm512_set1_ps(x)}; }
inline F32x16 broadcast(const float* p) { return {_mm512_set1_ps(*p)}; }
inline F32x16 zero() { return {_mm512_setzero_ps()}; }
inline F32x16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline void store(float* p, F32x16 v) { _mm512_storeu_ps(p, v.all); }
// Written out: gcc 12 takes a function with nothing but the intrinsic for one without effects, and drops its calls.
inline void prefetch(const void* p) { asm volatile("prefetcht0 (%0)" : : "r"(p)); }

// Four bytes, whatever they are, in every lane.
inline __m512i broadcast_word(const std::byte* p) {
  int32_t word;
  std::memcpy(&word, p, sizeof word);
  return _mm512_set1_epi32(word);
}

inline __mmask16 first_lanes(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
inline F32x16 load_first(const float* p, int64_t count) { return {_mm512_maskz_loadu_ps(first_lanes(count), p)}; }
inline void store_first(float* p, F32x16 v, int64_t count) { _mm512_mask_storeu_ps(p, first_lanes(count), v.all); }
inline F32x16 keep_first(F32x16 v, int64_t count, F32x16 rest) {
  return {_mm512_mask_blend_ps(first_lanes(count), rest.all, v.all)};
}

inline F32x16 operator+(F32x16 a, F32x16 b) { return {_mm512_add_ps(a.all, b.all)}; }
inline F32x16 operator-(F32x16 a, F32x16 b) { return {_mm512_sub_ps(a.all, b.all)}; }
inline F32x16 operator*(F32x16 a, F32x16 b) { return {_mm512_mul_ps(a.all, b.all)}; }
inline F32x16 operator/(F32x16 a, F32x16 b) { return {_mm512_div_ps(a.all, b.all)}; }
inline F32x16 multiply_add(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fmadd_ps(a.all, b.all, c.all)}; }
inline F32x16 square_root(F32x16 a) { return {_mm512_sqrt_ps(a.all)}; }
inline F32x16 larger(F32x16 a, F32x16 b) { return {_mm512_max_ps(a.all, b.all)}; }
inline F32x16 smaller(F32x16 a, F32x16 b) { return {_mm512_min_ps(a.all, b.all)}; }

inline F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.all, b.all, _CMP_LT_OQ), no.all, yes.all)};
}
inline F32x16 absolute(F32x16 a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.all)}; }
inline F32x16 with_sign(F32x16 magnitude, F32x16 sign_of) {
  return {_mm512_or_ps(magnitude.all, _mm512_and_ps(_mm512_set1_ps(-0.0f), sign_of.all))};
}
inline F32x16 low_bits_as_exponent(F32x16 a) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a.all), 23))};
}

inline F32x16 to_float(I32x16 v) { return {_mm512_cvtepi32_ps(v.all)}; }
inline I32x16 to_int(F32x16 v) { return {_mm512_cvtps_epi32(v.all)}; }
inline I32x16 load_ints(const int32_t* p) { return {_mm512_loadu_si512(p)}; }
// Bytes with a sign.
inline F32x16 load_bytes(const uint8_t* p) {
  return to_float({_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))});
}
inline void store_bytes_first(uint8_t* p, I32x16 v, uint8_t offset, int64_t count) {
  const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_add_epi32(v.all, _mm512_set1_epi32(offset)));
  if (count >= kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
  } else {
    _mm_mask_storeu_epi8(p, first_lanes(count), bytes);
  }
}
inline F32x16 larger_size(F32x16 a, F32x16 b) {
  return {_mm512_castsi512_ps(
      _mm512_max_epi32(_mm512_castps_si512(absolute(a).all), _mm512_castps_si512(absolute(b).all)))};
}
inline float largest_size(F32x16 v) {
  return __builtin_bit_cast(float, _mm512_reduce_max_epi32(_mm512_castps_si512(absolute(v).all)));
}

inline F32x16 load_bf16(const Bf16* p) {
  const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16))};
}
inline F32x16 load_bf16_first(const Bf16* p, int64_t count) {
  const __m256i half = _mm256_maskz_loadu_epi16(first_lanes(count), p);
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16))};
}
// Words of two bfloat16: from the upper halves of two vectors, and back.
inline F32x16 pair_halves(F32x16 even, F32x16 odd) {
  return {_mm512_castsi512_ps(
      _mm512_or_si512(_mm512_srli_epi32(_mm512_castps_si512(even.all), 16), _mm512_castps_si512(odd.all)))};
}

struct Halves {
  F32x16 even, odd;
};
inline Halves split_halves(F32x16 words) {
  const __m512i bits = _mm512_castps_si512(words.all);
  return {{_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16))},
          {_mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000))))}};
}

inline float sum(F32x16 v) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v.all), _mm512_extractf32x8_ps(v.all, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float largest(F32x16 v) {
  const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(v.all), _mm512_extractf32x8_ps(v.all, 1));
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

// 4x4 blocks inside the 128-bit quarters, then the quarters themselves.
inline void transpose(F32x16 (&r)[16]) {
  __m512 quads[16];
  for (int i = 0; i < 4; i++) {
    const __m512 a = _mm512_unpacklo_ps(r[4 * i].all, r[4 * i + 1].all);
    const __m512 b = _mm512_unpackhi_ps(r[4 * i].all, r[4 * i + 1].all);
    const __m512 c = _mm512_unpacklo_ps(r[4 * i + 2].all, r[4 * i + 3].all);
    const __m512 d = _mm512_unpackhi_ps(r[4 * i + 2].all, r[4 * i + 3].all);
    quads[4 * i] = _mm512_shuffle_ps(a, c, 0x44);
    quads[4 * i + 1] = _mm512_shuffle_ps(a, c, 0xee);
    quads[4 * i + 2] = _mm512_shuffle_ps(b, d, 0x44);
    quads[4 * i + 3] = _mm512_shuffle_ps(b, d, 0xee);
  }
  for (int i = 0; i < 4; i++) {
    const __m512 a = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0x88);
    const __m512 b = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0xdd);
    const __m512 c = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0x88);
    const __m512 d = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0xdd);
    r[i].all = _mm512_shuffle_f32x4(a, c, 0x88);
    r[i + 4].all = _mm512_shuffle_f32x4(b, d, 0x88);
    r[i + 8].all = _mm512_shuffle_f32x4(a, c, 0xdd);
    r[i + 12].all = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
}
