// Log-probabilities of a row with hidden entries:  y[c] = z[c] - log(sum over c of exp(z[c])),
//   z = x (1 - hidden) - 1e30 hidden, as the SQuAD 2 head of google-research/albert writes it
//   shapes  x y [R,C]   hidden [R,C] numbers in 0 .. 1, null data = none hidden
//   alias   y may be x
//   bits    each row on its own, summed in float64
#pragma once

#include <algorithm>
#include <cmath>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct LogSoftmaxForward {
  Matrix<T> y;
  Matrix<const T> x;
  Matrix<const T> hidden;
};

namespace reference {

template <class T>
void log_softmax_forward(const LogSoftmaxForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    const T* x = a.x.row(r);
    T* y = a.y.row(r);
    for (int64_t c = 0; c < a.x.cols; c++) {
      const T hidden = a.hidden.data == nullptr ? T(0) : a.hidden.row(r)[c];
      y[c] = x[c] * (T(1) - hidden) - T(1e30) * hidden;
    }
    const double largest = static_cast<double>(*std::max_element(y, y + a.x.cols));
    double sum = 0;
    for (int64_t c = 0; c < a.x.cols; c++) sum += std::exp(static_cast<double>(y[c]) - largest);
    const double total = std::log(sum) + largest;
    for (int64_t c = 0; c < a.x.cols; c++) y[c] = static_cast<T>(static_cast<double>(y[c]) - total);
  }
}

}  // namespace reference
}  // namespace albert
