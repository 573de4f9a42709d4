// Chosen rows, one after another:  y[i,:] = x[rows[i],:]
//   shapes  y [R,H]   x [T,H]   rows [R], each in 0 .. T-1, any order, repeats allowed
//   alias   none
//   bits    a copy
#pragma once

#include <cstring>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct GatherRowsForward {
  Matrix<T> y;
  Matrix<const T> x;
  const int32_t* rows = nullptr;
};

namespace reference {

template <class T>
void gather_rows_forward(const GatherRowsForward<T>& a, Part part) {
  const Range range = share(a.y.rows, 1, part);
  for (int64_t i = range.begin; i < range.end; i++) {
    std::memcpy(a.y.row(i), a.x.row(a.rows[i]), static_cast<size_t>(a.y.cols) * sizeof(T));
  }
}

}  // namespace reference
}  // namespace albert
