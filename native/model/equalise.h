// Divisors of the inputs of an int8 product, so that the few large channels of ALBERT do not spoil their groups:
//   s[k] = sqrt(bound of |x[k]| / largest |w[n,k]|),   x / s is rounded, w s is packed
// (SmoothQuant, Xiao et al. 2023, arXiv 2211.10438, alpha = 0.5). The inputs of the products that need it come out of a
// LayerNorm, which bounds them without any text: |x[k]| is about |bias[k]| + 3 |gain[k]| at most.
#pragma once

#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace albert {

// Widens `bounds` [width] to what a LayerNorm may give.
template <class T>
void widen_by_norm(std::vector<float>& bounds, const T* gain, const T* bias);

// Divisors for the matrices that read inputs of these bounds, each [outputs, width].
template <class T>
std::vector<float> divisors_of(const std::vector<float>& bounds, const std::vector<Matrix<const T>>& readers);

}  // namespace albert
