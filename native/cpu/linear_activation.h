// Linear layer and activation in one. Contract: ops/linear_activation.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/linear.h"
#include "cpu/vec/math.h"

inline void linear_activation_forward(const LinearActivationForward<float>& a, Part part) {
  with_activation(a.kind, [&](auto function) { linear(a.y, a.x, a.w, part, function); });
}
