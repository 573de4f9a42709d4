// Linear layer:  y[t,n] = sum over k of x[t,k] w[n,k] + bias[n]
//   shapes  x [T,K]   w [N,K] packed   bias [N] inside the packed weight   y [T,N]
//   packed  panels of `panel` outputs, each with its whole K:  data[n / panel][k][n % panel], outputs beyond N are
//   zero.
//           The name of the packer stands in the weight and the product asserts it; panel 1 is the plain matrix.
//   alias   none
//   part    threads share the panels: the same panels of every layer stay in the cache of one core; and rows too where
//           the panels cannot be shared evenly
//   bits    one chain of (fused) multiply-adds over ascending k, then + bias: the same for any T, tile and thread count
#pragma once

#include <cassert>
#include <cstring>

#include "base/arena.h"
#include "base/part.h"
#include "ops/operand.h"

namespace albert {

// A weight as its product reads it, 64-byte aligned. `format` says which of the three holds it.
template <class T>
struct PackedWeight {
  T* data = nullptr;  // plain: [ceil(N / panel)][K][panel]
  T* bias = nullptr;  // [ceil(N / panel) * panel], zero beyond N
  int64_t outputs = 0;
  int64_t inputs = 0;
  int64_t panel = 1;
  const char* packer = "";
  Format format = Format::plain;
  uint8_t offset = 0;              // int8: of the inputs
  Bf16* bf16 = nullptr;            // see linear_bf16.h
  int8_t* int8 = nullptr;          // see linear_int8.h, as the next two
  float* scales = nullptr;         // [ceil(N / panel) * panel]
  int32_t* corrections = nullptr;  // [ceil(N / panel)][groups][panel]

  int64_t panels() const { return (outputs + panel - 1) / panel; }
  int64_t data_size() const { return panels() * inputs * panel; }
  int64_t bias_size() const { return panels() * panel; }
  int64_t corrections_size() const { return panels() * groups_of(inputs) * panel; }

  // Calls visit(array, elements) for those that the format needs; returns what they take in an arena.
  template <class Visit>
  int64_t each_array(const Visit& visit) {
    int64_t bytes = 0;
    const auto one = [&]<class E>(E*& array, int64_t count) {
      bytes += Arena::bytes_for<E>(count);
      visit(array, count);
    };
    one(bias, bias_size());
    if (format == Format::plain) one(data, data_size());
    if (format == Format::bf16) one(bf16, data_size());
    if (format == Format::int8) {
      one(int8, data_size());
      one(scales, bias_size());
      one(corrections, corrections_size());
    }
    return bytes;
  }
};

// How a row of the table wants its weights. Part of the table, because the packer and its product go together.
struct Packer {
  const char* name = "rows";
  int64_t panel = 1;
  uint8_t offset = 0;  // that the int8 product wants on its inputs
};

// Writes rows [first_output, first_output + w.rows) of the packed weight. bias null: zeros.
template <class T>
struct LinearPack {
  PackedWeight<T> packed;
  Matrix<const T> w;  // [rows, K]
  const T* bias = nullptr;
  int64_t first_output = 0;
  const float* scales = nullptr;    // [rows], int8: of values that are whole multiples of them; null: chosen here
  const float* divisors = nullptr;  // [K], int8: that the inputs are divided by, and so w multiplied; null: none
};

// The reverse of LinearPack, exactly: w and bias (may be null) are written.
template <class T>
struct LinearUnpack {
  Matrix<T> w;
  T* bias = nullptr;
  PackedWeight<T> packed;
  int64_t first_output = 0;
};

template <class T>
struct LinearForward {
  Matrix<T> y;
  Matrix<const T> x;
  PackedWeight<T> w;
};

namespace reference {

template <class T>
T* packed_column(const PackedWeight<T>& p, int64_t n) {
  return p.data + n / p.panel * p.inputs * p.panel + n % p.panel;
}

// Shared by every row of the table: the layout is described by the panel alone. Parts share the rows of w;
// whoever packs zeroes the buffer first, because outputs beyond N are never written here.
template <class T>
void linear_pack(const LinearPack<T>& a, Part part) {
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    T* column = packed_column(a.packed, n);
    for (int64_t k = 0; k < a.packed.inputs; k++) column[k * a.packed.panel] = a.w.row(i)[k];
    a.packed.bias[n] = a.bias == nullptr ? T(0) : a.bias[i];
  }
}

template <class T>
void linear_unpack(const LinearUnpack<T>& a, Part part) {
  const Range rows = share(a.w.rows, 1, part);
  for (int64_t i = rows.begin; i < rows.end; i++) {
    const int64_t n = a.first_output + i;
    const T* column = packed_column(a.packed, n);
    for (int64_t k = 0; k < a.packed.inputs; k++) a.w.row(i)[k] = column[k * a.packed.panel];
    if (a.bias != nullptr) a.bias[i] = a.packed.bias[n];
  }
}

template <class T>
void linear_forward(const LinearForward<T>& a, Part part) {
  assert(std::strcmp(a.w.packer, Packer{}.name) == 0);
  const Range outputs = share(a.w.outputs, 1, part);
  for (int64_t t = 0; t < a.x.rows; t++) {
    for (int64_t n = outputs.begin; n < outputs.end; n++) {
      const T* w = packed_column(a.w, n);
      T sum = 0;
      for (int64_t k = 0; k < a.w.inputs; k++) sum += a.x.row(t)[k] * w[k];
      a.y.row(t)[n] = sum + a.w.bias[n];
    }
  }
}

}  // namespace reference
}  // namespace albert
