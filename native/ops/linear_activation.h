// Linear layer and activation in one:  y = f(x w^T + bias)      (FFN1 with GELU, pooler with tanh)
//   the composition of linear.h and activation.h, element for element; contract as there
//   why     the result of the product is activated before it leaves the L1 cache
#pragma once

#include "ops/activation.h"
#include "ops/linear.h"

namespace albert {

template <class T>
struct LinearActivationForward {
  Matrix<T> y;
  Matrix<const T> x;
  PackedWeight<T> w;
  Activation kind = Activation::linear;
};

namespace reference {

template <class T>
void linear_activation_forward(const LinearActivationForward<T>& a, Part part) {
  linear_forward<T>({a.y, a.x, a.w}, part);
  // Only this part's own columns are complete.
  const Range outputs = share(a.w.outputs, 1, part);
  const int64_t count = outputs.end - outputs.begin;
  const Matrix<T> own = a.y.columns(outputs.begin, count);
  activation_forward<T>({own, own, a.kind}, Part{});
}

}  // namespace reference
}  // namespace albert
