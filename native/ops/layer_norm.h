// LayerNorm after a residual sum:  y[t,:] = gain * (s - mean) * rstd + bias,   s = x[t,:] + r[t,:]
//   shapes  x r y [T,H]   gain bias [H]
//   r       null data: s = x
//   eps     added to the biased variance over H (ALBERT: 1e-12)
//   alias   y may be x or r; nothing else may overlap
//   bits    order of summation depends on H only: never on T, neighbours or threads
// Two passes over the row (mean, then squared distance): E[x^2] - E[x]^2 loses digits on ALBERT's outlier channels.
#pragma once

#include <cmath>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct LayerNormForward {
  Matrix<T> y;
  Matrix<const T> x;
  Matrix<const T> r;
  const T* gain = nullptr;
  const T* bias = nullptr;
  T eps = T(1e-12);
};

namespace reference {

template <class T>
void layer_norm_forward(const LayerNormForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  const int64_t width = a.x.cols;
  for (int64_t t = rows.begin; t < rows.end; t++) {
    const T* x = a.x.row(t);
    const T* r = a.r.data == nullptr ? nullptr : a.r.row(t);
    T* y = a.y.row(t);
    T sum = 0;
    for (int64_t h = 0; h < width; h++) {
      y[h] = r == nullptr ? x[h] : x[h] + r[h];
      sum += y[h];
    }
    const T mean = sum / static_cast<T>(width);
    T squares = 0;
    for (int64_t h = 0; h < width; h++) squares += (y[h] - mean) * (y[h] - mean);
    const T rstd = T(1) / std::sqrt(squares / static_cast<T>(width) + a.eps);
    for (int64_t h = 0; h < width; h++) y[h] = (y[h] - mean) * rstd * a.gain[h] + a.bias[h];
  }
}

}  // namespace reference
}  // namespace albert
