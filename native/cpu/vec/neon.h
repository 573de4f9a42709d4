// The vocabulary for NEON: 16 floats as four registers of 4, so that sums have the order, and results the bits, of one
// AVX-512 register. Included inside the namespace of cpu/neon.cc, and of the rows that add to it.
// Every word means exactly what cpu/vec/emulated.h says it does.
#pragma once

constexpr int kLanes = 16;

// The register tile: 6 rows x 1 panel of 16 columns = 24 accumulators, 4 registers of weights and 1 or 2 of inputs, of
// 32. A multiply-add takes 4 cycles; 16 accumulators keep four units busy, as many as any core has today.
constexpr int kRegisters = 8;  // fours of them
constexpr int kTileRows = 6;
constexpr int kTileVectors = 6;
// The same where a register of numbers is split into two: columns are 8 registers, an input 2. Five rows would fit, but
// clang puts some of them on the stack.
constexpr int kHalvesRows = 4;
constexpr int kHalvesVectors = 4;
constexpr int kPanelVectors = 1;
constexpr Packer kPacker = {"panels-16", kPanelVectors* kLanes};

template <class Quarter>
struct Four {
  Quarter a, b, c, d;
};
using F32x16 = Four<float32x4_t>;
using U32x16 = Four<uint32x4_t>;
using I32x16 = Four<int32x4_t>;

// kWord, an intrinsic or a function of registers, on each quarter.
template <auto kWord, class... V>
inline auto each(const V&... v) {
  return Four<decltype(kWord(v.a...))>{kWord(v.a...), kWord(v.b...), kWord(v.c...), kWord(v.d...)};
}
template <class Quarter>
inline Four<Quarter> four(Quarter v) {
  return {v, v, v, v};
}

// 16 bytes of memory, whatever type they have there.
template <class Quarter>
inline Quarter load_quarter(const void* p) {
  Quarter v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class Quarter>
inline Four<Quarter> load_four(const void* p) {
  const char* const at = static_cast<const char*>(p);
  return {load_quarter<Quarter>(at), load_quarter<Quarter>(at + 16), load_quarter<Quarter>(at + 32),
          load_quarter<Quarter>(at + 48)};
}

inline F32x16 broadcast(float x) { return four(vdupq_n_f32(x)); }
inline F32x16 broadcast(const float* p) {
  float x;
  std::memcpy(&x, p, sizeof x);
  return broadcast(x);
}
inline F32x16 zero() { return broadcast(0.0f); }
inline F32x16 load(const float* p) { return load_four<float32x4_t>(p); }
inline void store(float* p, F32x16 v) { std::memcpy(p, &v, sizeof v); }
inline void prefetch(const void* p) { asm volatile("prfm pldl1keep, [%0]" : : "r"(p)); }

// Four bytes, whatever they are, in every lane.
inline uint32x4_t broadcast_word(const std::byte* p) {
  float word;
  std::memcpy(&word, p, sizeof word);
  return vreinterpretq_u32_f32(vdupq_n_f32(word));
}
// The same in the first lane, for instructions that multiply by one lane: `ldr s0, [x0]` and no broadcast.
inline float32x2_t first_word(const std::byte* p) {
  float word;
  std::memcpy(&word, p, sizeof word);
  return float32x2_t{word, 0};
}

// There are no masked loads and stores; tails go through the stack.
template <class T>
inline void store_first_of(T* p, const void* from, int64_t count) {
  std::memcpy(p, from, static_cast<size_t>(count < kLanes ? count : kLanes) * sizeof(T));
}
inline F32x16 load_first(const float* p, int64_t count) {
  float all[kLanes] = {};
  store_first_of(all, p, count);
  return load(all);
}
inline void store_first(float* p, F32x16 v, int64_t count) { store_first_of(p, &v, count); }
inline F32x16 keep_first(F32x16 v, int64_t count, F32x16 rest) {
  constexpr int32_t kNumbers[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const I32x16 n = four(vdupq_n_s32(static_cast<int32_t>(count)));
  return each<vbslq_f32>(each<vcltq_s32>(load_four<int32x4_t>(kNumbers), n), v, rest);
}

inline F32x16 operator+(F32x16 a, F32x16 b) { return each<vaddq_f32>(a, b); }
inline F32x16 operator-(F32x16 a, F32x16 b) { return each<vsubq_f32>(a, b); }
inline F32x16 operator*(F32x16 a, F32x16 b) { return each<vmulq_f32>(a, b); }
inline F32x16 operator/(F32x16 a, F32x16 b) { return each<vdivq_f32>(a, b); }
inline F32x16 multiply_add(F32x16 a, F32x16 b, F32x16 c) { return each<vfmaq_f32>(c, a, b); }
inline F32x16 square_root(F32x16 a) { return each<vsqrtq_f32>(a); }
// Not by fmax and fmin, which give NaN where either is, and 0 of 0 and -0.
inline float32x4_t larger(float32x4_t a, float32x4_t b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
inline F32x16 larger(F32x16 a, F32x16 b) { return each<vbslq_f32>(each<vcgtq_f32>(a, b), a, b); }
inline F32x16 smaller(F32x16 a, F32x16 b) { return each<vbslq_f32>(each<vcltq_f32>(a, b), a, b); }

inline F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return each<vbslq_f32>(each<vcltq_f32>(a, b), yes, no);
}
inline F32x16 absolute(F32x16 a) { return each<vabsq_f32>(a); }
inline F32x16 with_sign(F32x16 magnitude, F32x16 sign_of) {
  return each<vbslq_f32>(four(vdupq_n_u32(0x80000000)), sign_of, magnitude);
}
inline U32x16 bits_of(F32x16 v) { return each<vreinterpretq_u32_f32>(v); }
inline F32x16 floats_of(U32x16 v) { return each<vreinterpretq_f32_u32>(v); }
template <int kCount>
inline uint32x4_t shift_up(uint32x4_t v) {
  return vshlq_n_u32(v, kCount);
}
inline F32x16 low_bits_as_exponent(F32x16 a) { return floats_of(each<shift_up<23>>(bits_of(a))); }

inline F32x16 to_float(I32x16 v) { return each<vcvtq_f32_s32>(v); }
// The instruction gives the nearest integer there is for what does not fit, and 0 for NaN.
inline I32x16 to_int(F32x16 v) {
  const U32x16 fits = each<vcaltq_f32>(v, broadcast(0x1p31f));
  return each<vbslq_s32>(fits, each<vcvtnq_s32_f32>(v), four(vdupq_n_s32(INT32_MIN)));
}
inline I32x16 load_ints(const int32_t* p) { return load_four<int32x4_t>(p); }
// Bytes with a sign.
inline F32x16 load_bytes(const uint8_t* p) {
  const int8x16_t bytes = load_quarter<int8x16_t>(p);
  const int16x8_t low = vmovl_s8(vget_low_s8(bytes));
  const int16x8_t high = vmovl_high_s8(bytes);
  return to_float(
      {vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low), vmovl_s16(vget_low_s16(high)), vmovl_high_s16(high)});
}
inline void store_bytes_first(uint8_t* p, I32x16 v, uint8_t offset, int64_t count) {
  const int16x8_t low = vuzp1q_s16(vreinterpretq_s16_s32(v.a), vreinterpretq_s16_s32(v.b));
  const int16x8_t high = vuzp1q_s16(vreinterpretq_s16_s32(v.c), vreinterpretq_s16_s32(v.d));
  const uint8x16_t lowest = vuzp1q_u8(vreinterpretq_u8_s16(low), vreinterpretq_u8_s16(high));
  const uint8x16_t bytes = vaddq_u8(lowest, vdupq_n_u8(offset));
  if (count >= kLanes) {
    std::memcpy(p, &bytes, sizeof bytes);
  } else {
    store_first_of(p, &bytes, count);
  }
}
inline F32x16 larger_size(F32x16 a, F32x16 b) {
  return floats_of(each<vmaxq_u32>(bits_of(absolute(a)), bits_of(absolute(b))));
}
inline float largest_size(F32x16 v) {
  const U32x16 size = bits_of(absolute(v));
  return __builtin_bit_cast(float, vmaxvq_u32(vmaxq_u32(vmaxq_u32(size.a, size.c), vmaxq_u32(size.b, size.d))));
}

inline F32x16 load_bf16(const Bf16* p) {
  const uint16x8_t low = load_quarter<uint16x8_t>(p);
  const uint16x8_t high = load_quarter<uint16x8_t>(p + 8);
  return floats_of({vshll_n_u16(vget_low_u16(low), 16), vshll_high_n_u16(low, 16), vshll_n_u16(vget_low_u16(high), 16),
                    vshll_high_n_u16(high, 16)});
}
inline F32x16 load_bf16_first(const Bf16* p, int64_t count) {
  Bf16 all[kLanes] = {};
  store_first_of(all, p, count);
  return load_bf16(all);
}
// Words of two bfloat16: from the upper halves of two vectors, and back.
inline uint32x4_t insert_upper_half(uint32x4_t below, uint32x4_t from) { return vsriq_n_u32(below, from, 16); }
inline F32x16 pair_halves(F32x16 even, F32x16 odd) {
  return floats_of(each<insert_upper_half>(bits_of(odd), bits_of(even)));
}
struct Halves {
  F32x16 even, odd;
};
inline Halves split_halves(F32x16 words) {
  const U32x16 bits = bits_of(words);
  return {floats_of(each<shift_up<16>>(bits)), floats_of(each<vandq_u32>(bits, four(vdupq_n_u32(0xffff0000))))};
}

inline float sum(F32x16 v) {
  const float32x4_t eight_to_four = vaddq_f32(vaddq_f32(v.a, v.c), vaddq_f32(v.b, v.d));
  return vaddv_f32(vadd_f32(vget_low_f32(eight_to_four), vget_high_f32(eight_to_four)));
}
inline float largest(F32x16 v) {
  const float32x4_t eight_to_four = larger(larger(v.a, v.c), larger(v.b, v.d));
  const float32x4_t two = larger(eight_to_four, vextq_f32(eight_to_four, eight_to_four, 2));
  return vgetq_lane_f32(larger(two, vdupq_laneq_f32(two, 1)), 0);
}

// A block of 4 x 4.
inline Four<float32x4_t> transpose(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d) {
  const float64x2_t even_ab = vreinterpretq_f64_f32(vtrn1q_f32(a, b));
  const float64x2_t odd_ab = vreinterpretq_f64_f32(vtrn2q_f32(a, b));
  const float64x2_t even_cd = vreinterpretq_f64_f32(vtrn1q_f32(c, d));
  const float64x2_t odd_cd = vreinterpretq_f64_f32(vtrn2q_f32(c, d));
  return {vreinterpretq_f32_f64(vtrn1q_f64(even_ab, even_cd)), vreinterpretq_f32_f64(vtrn1q_f64(odd_ab, odd_cd)),
          vreinterpretq_f32_f64(vtrn2q_f64(even_ab, even_cd)), vreinterpretq_f32_f64(vtrn2q_f64(odd_ab, odd_cd))};
}
inline void transpose(F32x16 (&r)[16]) {
  Four<float32x4_t> block[4][4];  // [quarter][rows / 4]
  for (int i = 0; i < 4; i++) {
    const F32x16* const rows = r + 4 * i;
    block[0][i] = transpose(rows[0].a, rows[1].a, rows[2].a, rows[3].a);
    block[1][i] = transpose(rows[0].b, rows[1].b, rows[2].b, rows[3].b);
    block[2][i] = transpose(rows[0].c, rows[1].c, rows[2].c, rows[3].c);
    block[3][i] = transpose(rows[0].d, rows[1].d, rows[2].d, rows[3].d);
  }
  for (int i = 0; i < 4; i++) {
    const Four<float32x4_t>* const own = block[i];
    r[4 * i] = {own[0].a, own[1].a, own[2].a, own[3].a};
    r[4 * i + 1] = {own[0].b, own[1].b, own[2].b, own[3].b};
    r[4 * i + 2] = {own[0].c, own[1].c, own[2].c, own[3].c};
    r[4 * i + 3] = {own[0].d, own[1].d, own[2].d, own[3].d};
  }
}
