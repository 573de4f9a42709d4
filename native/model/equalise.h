// Divisors of the inputs of an int8 product, so that the few large channels of ALBERT do not spoil their groups:
//   s[k] = (largest |x[k]|)^0.8 / (largest |w[n,k]|)^0.2,   x / s is rounded, w s is packed
// (SmoothQuant, Xiao et al. 2023, arXiv 2211.10438; the exponent and what it brings: docs/quantization.md.) The largest
// inputs are seen on random tokens, which serve as well as text does.
#pragma once

#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace albert {

// What was seen of the inputs of products, H channels each; empty where nothing was seen. The inputs of the other
// products are even enough for groups alone.
struct SeenInputs {
  std::vector<std::vector<float>> attention;  // largest magnitudes: query, key and value of each parameter set
  std::vector<std::vector<float>> ffn;        // likewise
  std::vector<float> pooler;                  // means
};

// Divisors for the matrices [outputs, K] that read inputs of these bounds [K].
template <class T>
std::vector<float> divisors_of(const std::vector<float>& bounds, const std::vector<Matrix<const T>>& readers);

}  // namespace albert
