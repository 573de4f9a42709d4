// The vocabulary for AVX-512 (F, BW, VL, DQ): 16 floats in one register.
// Included inside the namespace and the target region of cpu/avx512.cc.
// Every word means exactly what cpu/vec/emulated.h says it does.
#pragma once

constexpr const char* kName = "avx512";
constexpr int kLanes = 16;

// The register tile: 14 rows x 1 panel of 32 columns = 28 accumulators, 2 registers of weights and 1 of inputs, of 32.
// Tall rather than wide: weights are read 9 bytes a cycle, which even the L3 cache delivers.
constexpr int kTileRows = 14;
constexpr int kTileVectors = 8;
constexpr int kPanelVectors = 2;
constexpr Packer kPacker = {"panels-32", kPanelVectors* kLanes};

struct F32x16 {
  __m512 all;
};

inline F32x16 broadcast(float x) { return {_mm512_set1_ps(x)}; }
inline F32x16 broadcast(const float* p) { return {_mm512_set1_ps(*p)}; }
inline F32x16 zero() { return {_mm512_setzero_ps()}; }
inline F32x16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline void store(float* p, F32x16 v) { _mm512_storeu_ps(p, v.all); }
inline void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }

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
