// Linear layer on int8 and an activation. Contract: ops/linear_int8.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/linear.h"

template <class Dot>
constexpr Packer kInt8Packer = {kPacker.name, kPanel, Dot::kOffset};

template <class Function>
struct ScaleAndAddBias {
  const float* scales;
  const float* bias;
  Function function;
  F32x16 operator()(F32x16 sums, int64_t, int64_t n) const {
    return function(multiply_add(sums, load(scales + n), load(bias + n)));
  }
};

template <class Dot>
inline void linear_int8_forward(const LinearLowForward<float>& a, Part part) {
  assert(std::strcmp(a.w.packer, kPacker.name) == 0 && a.w.panel == kPanel && a.x.format == Format::int8);
  assert(a.w.offset == Dot::kOffset && a.x.int8.offset == Dot::kOffset);
  Product<Dot> product(Matrix<const uint8_t>(a.x.int8.values), a.w.int8, a.w.outputs);
  product.scales = a.x.int8.scales;
  product.corrections = a.w.corrections;
  with_activation<LowGelu, LowGeluNew>(a.kind, [&](auto function) {
    const ScaleAndAddBias<decltype(function)> finish = {a.w.scales, a.w.bias, function};
    with_sink(a.y, [&](const auto& sink) { multiply_share(product, a.x.rows(), part, finish, sink); });
  });
}
