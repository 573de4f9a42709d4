// Linear layer on bfloat16 and an activation. Contract: ops/linear_bf16.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/linear.h"

template <class Dot>
inline void linear_bf16_forward(const LinearLowForward<float>& a, Part part) {
  assert(std::strcmp(a.w.packer, kPacker.name) == 0 && a.w.panel == kPanel && a.x.format == Format::bf16);
  const Product<Dot> product(Matrix<const Bf16>(a.x.bf16), a.w.bf16, a.w.outputs);
  with_activation<LowGelu, LowGeluNew>(a.kind, [&](auto function) {
    with_sink(a.y, [&](const auto& sink) {
      multiply_share(product, a.x.rows(), part, AddBias<decltype(function)>{a.w.bias, function}, sink);
    });
  });
}
