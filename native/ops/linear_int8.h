// Linear layer on int8, with an activation:
//   y[t,n] = f(scale[n] (sum over groups g of x_scale[t,g] (sum over k in g of x[t,k] w[n,k])) + bias[n])
//   shapes  x [T,K] int8, 4 divides K   w [N,K] packed   y [T,N] plain, bf16, or int8 (rounded as convert_rows.h does)
//   weights s8, one scale an output: largest |w| / 127, to nearest even; w times the divisors of its inputs, where some
//           channels are so much larger than others that they would spoil their groups
//   packed  panels of `panel` outputs, four neighbouring k together:  int8[n / panel][k / 4][n % panel][k % 4]
//           corrections[n / panel][g][n % panel] = - offset (sum over k in g of w[n,k]): what the offset of x adds too
//           much
//   NaN     a scale of x that is NaN or infinite (convert_rows.h) makes its row of y NaN, one of w its column; nothing
//           else is touched by it, but the groups of an int8 y
//   alias   none
//   part    as linear_bf16.h
//   bits    the inner sums are exact; the outer one is a chain of fused multiply-adds over ascending g
#pragma once

#include <limits>

#include "ops/linear_bf16.h"

namespace albert::reference {

template <class T>
int64_t int8_place(const PackedWeight<T>& p, int64_t n, int64_t k) {
  return (n / p.panel * (p.inputs / 4) + k / 4) * 4 * p.panel + n % p.panel * 4 + k % 4;
}

// The weight as it is rounded.
template <class T>
float multiplied(const T* w, const float* divisors, int64_t k) {
  return divisors == nullptr ? static_cast<float>(w[k]) : static_cast<float>(w[k]) * divisors[k];
}

// NaN where a weight is no finite number, and so is every y of that output.
template <class T>
float weight_scale(const T* w, const float* divisors, int64_t count) {
  float largest = 0;
  for (int64_t k = 0; k < count; k++) {
    const float value = multiplied(w, divisors, k);
    if (!std::isfinite(value)) return std::numeric_limits<float>::quiet_NaN();
    largest = std::max(largest, std::abs(value));
  }
  return largest / 127;
}

// 1 / scale, or 0 where the scale is too small, or no number, to divide by.
inline float over_scale(float scale) { return scale > 1e-30f ? 1 / scale : 0; }

// A weight of that scale.
inline int8_t to_int8(float w, float over) {
  return over == 0 ? int8_t{0} : static_cast<int8_t>(std::clamp(std::nearbyint(w * over), -127.0f, 127.0f));
}

template <class T>
void linear_int8_pack(const LinearPack<T>& a, Part part) {
  const PackedWeight<T>& p = a.packed;
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    const T* const w = a.w.row(i);
    const float scale = a.scales == nullptr ? weight_scale(w, a.divisors, p.inputs) : a.scales[i];
    const float over = over_scale(scale);
    p.scales[n] = scale;
    for (int64_t group = 0; group < groups_of(p.inputs); group++) {
      int32_t sum = 0;
      for (int64_t k = group * kGroup; k < std::min((group + 1) * kGroup, p.inputs); k++) {
        const int8_t q = to_int8(multiplied(w, a.divisors, k), over);
        p.int8[int8_place(p, n, k)] = q;
        sum += q;
      }
      p.corrections[(n / p.panel * groups_of(p.inputs) + group) * p.panel + n % p.panel] = -p.offset * sum;
    }
    p.bias[n] = a.bias == nullptr ? T(0) : a.bias[i];
  }
}

template <class T>
void linear_int8_unpack(const LinearUnpack<T>& a, Part part) {
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    for (int64_t k = 0; k < a.packed.inputs; k++) {
      a.w.row(i)[k] = static_cast<T>(a.packed.int8[int8_place(a.packed, n, k)] * a.packed.scales[n]);
    }
    if (a.bias != nullptr) a.bias[i] = a.packed.bias[n];
  }
}

template <class T>
void linear_int8_forward(const LinearLowForward<T>& a, Part part) {
  linear_low(a, part, [&](int64_t t, int64_t n) {
    const uint8_t* const x = a.x.int8.values.row(t);
    T total = 0;
    for (int64_t group = 0; group < groups_of(a.w.inputs); group++) {
      int32_t sum = 0;
      for (int64_t k = group * kGroup; k < std::min((group + 1) * kGroup, a.w.inputs); k++) {
        sum += static_cast<int8_t>(x[k] - a.x.int8.offset) * a.w.int8[int8_place(a.w, n, k)];
      }
      total = std::fma(static_cast<T>(sum), static_cast<T>(a.x.int8.scales.row(t)[group]), total);
    }
    return total * static_cast<T>(a.w.scales[n]);
  });
}

// Element [n,k] of a packed weight in any format.
template <class T>
T packed_element(const PackedWeight<T>& p, int64_t n, int64_t k) {
  if (p.format == Format::bf16) return static_cast<T>(from_bf16(p.bf16[bf16_place(p, n, k)]));
  if (p.format == Format::int8) return static_cast<T>(static_cast<float>(p.int8[int8_place(p, n, k)]) * p.scales[n]);
  return packed_column(p, n)[k * p.panel];
}

}  // namespace albert::reference
