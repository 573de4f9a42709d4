// Activation, element by element:  y = f(x)
//   gelu      0.5 x (1 + erf(x / sqrt 2))                               ALBERT v1 as published on Hugging Face
//   gelu_new  0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))           ALBERT v2; Hendrycks & Gimpel 2016
//   relu, silu = x sigmoid(x), tanh, linear
//   shapes  x y [rows, cols]
//   alias   y may be x
//   bits    each element on its own
#pragma once

#include <cmath>

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

enum class Activation { gelu, gelu_new, relu, silu, tanh, linear };

template <class T>
struct ActivationForward {
  Matrix<T> y;
  Matrix<const T> x;
  Activation kind = Activation::linear;
};

namespace reference {

template <class T>
T activate(Activation kind, T x) {
  switch (kind) {
    case Activation::gelu:
      return T(0.5) * x * (T(1) + std::erf(x * T(0.70710678118654752440)));
    case Activation::gelu_new:
      return T(0.5) * x * (T(1) + std::tanh(T(0.79788456080286535588) * (x + T(0.044715) * x * x * x)));
    case Activation::relu:
      return x > T(0) || std::isnan(x) ? x : T(0);
    case Activation::silu:
      return x / (T(1) + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::linear:
      break;
  }
  return x;
}

template <class T>
void activation_forward(const ActivationForward<T>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    for (int64_t h = 0; h < a.x.cols; h++) a.y.row(t)[h] = activate(a.kind, a.x.row(t)[h]);
  }
}

}  // namespace reference
}  // namespace albert
