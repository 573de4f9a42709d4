// Cross-entropy of each row, by log-sum-exp:  loss[r] = log(sum over c of exp(x[r,c])) - x[r, labels[r]]
//   shapes  logits x [R,C]   labels [R], 0 .. C-1 or `ignore`   loss [R] float64, 0 on ignored rows
//   The mean over the kept rows is the caller's (it may be 0 / 0).
//   bits    each row on its own, summed in float64
#pragma once

#include <algorithm>
#include <cmath>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

inline constexpr int32_t kIgnoredLabel = -100;  // PyTorch's ignore_index

template <class T>
struct CrossEntropyForward {
  double* loss = nullptr;
  Matrix<const T> logits;
  const int32_t* labels = nullptr;
  int32_t ignore = kIgnoredLabel;
};

namespace reference {

template <class T>
void cross_entropy_forward(const CrossEntropyForward<T>& a, Part part) {
  const Range rows = share(a.logits.rows, 1, part);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    a.loss[r] = 0;
    if (a.labels[r] == a.ignore) continue;
    const T* x = a.logits.row(r);
    const double largest = static_cast<double>(*std::max_element(x, x + a.logits.cols));
    double sum = 0;
    for (int64_t c = 0; c < a.logits.cols; c++) sum += std::exp(static_cast<double>(x[c]) - largest);
    a.loss[r] = std::log(sum) + largest - static_cast<double>(x[a.labels[r]]);
  }
}

}  // namespace reference
}  // namespace albert
