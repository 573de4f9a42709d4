// Dropout with given multipliers:  y = x * multiplier   (0 where dropped, 1 / (1 - p) where kept)
//   shapes  x y multiplier [T,H]
//   alias   y may be x
//   bits    each element on its own
// Who draws the multipliers is not decided here.
#pragma once

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct DropoutForward {
  Matrix<T> y;
  Matrix<const T> x;
  Matrix<const T> multiplier;
};

namespace reference {

template <class T>
void dropout_forward(const DropoutForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    for (int64_t h = 0; h < a.x.cols; h++) a.y.row(t)[h] = a.x.row(t)[h] * a.multiplier.row(t)[h];
  }
}

}  // namespace reference
}  // namespace albert
