// Linear layer on bfloat16, with an activation:  y = f(x w^T + bias),  sums and bias in float32
//   shapes  x [T,K] bf16, K even   w [N,K] packed   y [T,N] plain, bf16, or int8 (rounded as convert_rows.h does)
//   packed  panels of `panel` outputs, two neighbouring k together:  bf16[n / panel][k / 2][n % panel][k % 2]
//   f       as activation.h; both forms of GELU may be off by 3e-5, far below what the format of the next product keeps
//   NaN     and infinities as IEEE 754 has them: of x in their row of y, of w and bias in their column. Denormal
//           numbers of x and w may count as zero
//   alias   none
//   part    as linear.h; for an int8 y the groups of its columns are shared
//   bits    one chain over ascending pairs of k, in the order of the row of the table, then + bias: the same for any T,
//           tile and thread count. A pair may be added before it joins the chain, so rows of the table differ.
#pragma once

#include <algorithm>
#include <vector>

#include "ops/activation.h"
#include "ops/convert_rows.h"
#include "ops/linear.h"

namespace albert {

template <class T>
struct LinearLowForward {
  Operand<T> y;
  Operand<T> x;
  PackedWeight<T> w;
  Activation kind = Activation::linear;
};

namespace reference {

template <class T>
int64_t bf16_place(const PackedWeight<T>& p, int64_t n, int64_t k) {
  return (n / p.panel * (p.inputs / 2) + k / 2) * 2 * p.panel + n % p.panel * 2 + k % 2;
}

template <class T>
void linear_bf16_pack(const LinearPack<T>& a, Part part) {
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    for (int64_t k = 0; k < a.packed.inputs; k++) {
      a.packed.bf16[bf16_place(a.packed, n, k)] = to_bf16(static_cast<float>(a.w.row(i)[k]));
    }
    a.packed.bias[n] = a.bias == nullptr ? T(0) : a.bias[i];
  }
}

template <class T>
void linear_bf16_unpack(const LinearUnpack<T>& a, Part part) {
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    for (int64_t k = 0; k < a.packed.inputs; k++) {
      a.w.row(i)[k] = static_cast<T>(from_bf16(a.packed.bf16[bf16_place(a.packed, n, k)]));
    }
    if (a.bias != nullptr) a.bias[i] = a.packed.bias[n];
  }
}

// Columns [first, first + count) of row t of y. Where y is int8, whole groups.
template <class T>
void write_columns(const Operand<T>& y, int64_t t, int64_t first, const T* values, int64_t count) {
  if (y.format == Format::plain) std::copy_n(values, count, y.plain.row(t) + first);
  if (y.format == Format::bf16) write_bf16(y.bf16.columns(first, count), t, values);
  if (y.format == Format::int8) {
    write_int8<T>(
        {y.int8.values.columns(first, count), y.int8.scales.columns(first / kGroup, groups_of(count)), y.int8.offset},
        t, values);
  }
}

// y = f(sum(t, n)), a part taking whole groups of columns.
template <class T, class Sum>
void linear_low(const LinearLowForward<T>& a, Part part, const Sum& sum) {
  const Range outputs = share(a.w.outputs, kGroup, part);
  std::vector<T> row(static_cast<size_t>(outputs.end - outputs.begin));
  for (int64_t t = 0; t < a.x.rows(); t++) {
    for (int64_t n = outputs.begin; n < outputs.end; n++) {
      row[static_cast<size_t>(n - outputs.begin)] = activate(a.kind, sum(t, n) + a.w.bias[n]);
    }
    write_columns(a.y, t, outputs.begin, row.data(), outputs.end - outputs.begin);
  }
}

template <class T>
void linear_bf16_forward(const LinearLowForward<T>& a, Part part) {
  linear_low(a, part, [&](int64_t t, int64_t n) {
    const Bf16* const x = a.x.bf16.row(t);
    T sum = 0;
    for (int64_t k = 0; k < a.w.inputs; k++) {
      sum += static_cast<T>(from_bf16(x[k])) * static_cast<T>(from_bf16(a.w.bf16[bf16_place(a.w, n, k)]));
    }
    return sum;
  });
}

}  // namespace reference
}  // namespace albert
