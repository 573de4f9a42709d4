// bfloat16 without AVX512_BF16: the numbers are the upper halves of float32 ones, and multiplied as such.
// Included after vec/avx512.h.
#pragma once

// To nearest even; NaN stays NaN.
inline __m256i round_to_bf16(F32x16 v) {
  const __m512i bits = _mm512_castps_si512(v.all);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  const __mmask16 nan = _mm512_cmp_ps_mask(v.all, v.all, _CMP_UNORD_Q);
  const __m512i kept = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(kept, 16));
}

#include "cpu/vec/avx512_store_bf16.h"
#include "cpu/vec/halves_dot.h"
