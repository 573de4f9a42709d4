// Rows in the format of the product that reads them:  y = x, rounded      (formats: operand.h)
//   shapes  x [T,K]   y [T,K] in bf16 or int8
//   factors [K] or null: int8 alone, x is multiplied by them first (room for whole vectors of 16)
//   int8    scale of a group = largest |x| / 127;  q = x (127 / largest), to nearest even. A NaN or an infinity in x
//           makes the scale of its group NaN or infinite and every q zero, and so shows as NaN in every product. A
//           group whose scale would be below the smallest normal float may become zeros
//   alias   none
//   bits    each row on its own
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/part.h"
#include "ops/operand.h"

namespace albert {

template <class T>
struct ConvertRowsForward {
  Operand<T> y;
  Matrix<const T> x;
  const float* factors = nullptr;
};

namespace reference {

// One group of a row.
template <class T>
void quantize(const T* x, int64_t count, uint8_t offset, uint8_t* values, float* scale) {
  float largest = 0;
  for (int64_t i = 0; i < count; i++) {
    const float size = std::abs(static_cast<float>(x[i]));
    if (!(size <= largest)) largest = size;
    if (std::isnan(largest)) break;
  }
  const float over = largest == 0 ? 0 : 127 / largest;
  for (int64_t i = 0; i < count; i++) {
    const float q = std::nearbyint(static_cast<float>(x[i]) * over);
    values[i] = static_cast<uint8_t>((std::isfinite(q) ? static_cast<int>(q) : 0) + offset);
  }
  *scale = largest / 127;
}

template <class T>
void write_int8(const Int8Rows& y, int64_t row, const T* x) {
  for (int64_t k = 0; k < y.values.cols; k += kGroup) {
    const int64_t count = std::min(kGroup, y.values.cols - k);
    quantize(x + k, count, y.offset, y.values.row(row) + k, y.scales.row(row) + k / kGroup);
  }
}

template <class T>
void write_bf16(const Matrix<Bf16>& y, int64_t row, const T* x) {
  for (int64_t k = 0; k < y.cols; k++) y.row(row)[k] = to_bf16(static_cast<float>(x[k]));
}

template <class T>
void convert_rows_forward(const ConvertRowsForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    if (a.y.format == Format::bf16) write_bf16(a.y.bf16, t, a.x.row(t));
    if (a.y.format != Format::int8) continue;
    std::vector<T> row(a.x.row(t), a.x.row(t) + a.x.cols);
    for (size_t k = 0; a.factors != nullptr && k < row.size(); k++) row[k] *= static_cast<T>(a.factors[k]);
    write_int8(a.y.int8, t, row.data());
  }
}

}  // namespace reference
}  // namespace albert
