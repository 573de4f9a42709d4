// bfloat16 without its instructions: the numbers are the upper halves of float32 ones, and multiplied as such.
// Included after vec/neon.h.
#pragma once

// To nearest even; NaN stays NaN. The upper halves, as 16 bits.
inline uint16x4_t rounded_half(float32x4_t v) {
  const uint32x4_t bits = vreinterpretq_u32_f32(v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t rounded = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd);
  const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
  return vshrn_n_u32(vbslq_u32(vceqq_f32(v, v), rounded, quiet), 16);
}
inline Four<uint16x4_t> round_to_bf16(F32x16 v) { return each<rounded_half>(v); }

#include "cpu/vec/halves_dot.h"
#include "cpu/vec/neon_store_bf16.h"
