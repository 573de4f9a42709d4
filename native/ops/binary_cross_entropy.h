// Binary cross-entropy of logits, summed over a row:  loss[r] = sum over c of max(x,0) - x target + log(1 + exp(-|x|))
//   shapes  logits targets [R,C], targets in 0 .. 1 (soft ones allowed)   loss [R] float64
//   The mean over R C elements is the caller's.
//   bits    each row on its own, summed in float64
#pragma once

#include <algorithm>
#include <cmath>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct BinaryCrossEntropyForward {
  double* loss = nullptr;
  Matrix<const T> logits;
  Matrix<const T> targets;
};

namespace reference {

template <class T>
void binary_cross_entropy_forward(const BinaryCrossEntropyForward<T>& a, Part part) {
  const Range rows = share(a.logits.rows, 1, part);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    double sum = 0;
    for (int64_t c = 0; c < a.logits.cols; c++) {
      const double x = static_cast<double>(a.logits.row(r)[c]);
      const double target = static_cast<double>(a.targets.row(r)[c]);
      sum += std::max(x, 0.0) - x * target + std::log1p(std::exp(-std::abs(x)));
    }
    a.loss[r] = sum;
  }
}

}  // namespace reference
}  // namespace albert
