// The activations by other formulas than the reference's, in float64, and how far a row may be from them.
#pragma once

#include <cmath>

#include "ops/activation.h"

namespace albert::test {

inline constexpr Activation kActivations[] = {Activation::gelu, Activation::gelu_new, Activation::relu,
                                              Activation::silu, Activation::tanh,     Activation::linear};

inline const char* activation_name(Activation kind) {
  const char* const names[] = {"gelu", "gelu_new", "relu", "silu", "tanh", "linear"};
  return names[static_cast<int>(kind)];
}

inline double activate_exactly(Activation kind, double x) {
  switch (kind) {
    case Activation::gelu:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_new:  // (1 + tanh y) / 2 = 1 / (1 + exp(-2 y))
      return x / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::relu:
      return std::isnan(x) ? x : std::fmax(x, 0.0);
    case Activation::silu:
      return x < 0 ? x * (std::exp(x) / (1 + std::exp(x))) : x / (1 + std::exp(-x));
    case Activation::tanh:
      return std::copysign(-std::expm1(-2 * std::abs(x)) / (1 + std::exp(-2 * std::abs(x))), x);
    case Activation::linear:
      break;
  }
  return x;
}

// Roundings of the plain formula. 1 + erf and 1 + tanh cancel for negative x, which leaves an error of the size of x.
inline double activation_units(Activation kind, double x) {
  if (!std::isfinite(x) || kind == Activation::relu || kind == Activation::linear) return 0;
  return 4 * std::fmin(std::abs(x), 10.0) + 4 * std::abs(activate_exactly(kind, x));
}

// What the polynomials of the vector rows may add. GELU: absolute, the smallest error with 14 terms is 7.3e-7 (erf) and
// 8.2e-7 (tanh) in float arithmetic. The others: relative.
inline double activation_approximation(Activation kind, double x) {
  if (!std::isfinite(x)) return 0;
  if (kind == Activation::gelu || kind == Activation::gelu_new) return 8.2e-7;
  return kind == Activation::silu || kind == Activation::tanh ? 1e-6 * std::abs(activate_exactly(kind, x)) : 0;
}

}  // namespace albert::test
