// Squared error, summed over a row:  loss[r] = sum over c of (x[r,c] - target[r,c])^2
//   shapes  x targets [R,C]   loss [R] float64
//   The mean over R C elements is the caller's.
//   bits    each row on its own, summed in float64
#pragma once

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct SquaredErrorForward {
  double* loss = nullptr;
  Matrix<const T> x;
  Matrix<const T> targets;
};

namespace reference {

template <class T>
void squared_error_forward(const SquaredErrorForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    double sum = 0;
    for (int64_t c = 0; c < a.x.cols; c++) {
      const double error = static_cast<double>(a.x.row(r)[c]) - static_cast<double>(a.targets.row(r)[c]);
      sum += error * error;
    }
    a.loss[r] = sum;
  }
}

}  // namespace reference
}  // namespace albert
