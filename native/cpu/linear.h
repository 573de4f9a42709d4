// Linear layer over packed panels: the shared product, then + bias. Contract: ops/linear.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/gemm/product.h"
#include "cpu/vec/math.h"

// The bias has room for whole panels.
template <class Function>
struct AddBias {
  const float* bias;
  Function function;
  F32x16 operator()(F32x16 sums, int64_t, int64_t n) const { return function(sums + load(bias + n)); }
};

// y = function(x w^T + bias), this part's share.
template <class Function>
inline void linear(Matrix<float> y, Matrix<const float> x, const PackedWeight<float>& w, Part part, Function function) {
  assert(std::strcmp(w.packer, kPacker.name) == 0 && w.panel == kPanel);
  const Product<Fp32Dot> product(x, w.data, w.outputs);
  multiply_share(product, x.rows, part, AddBias<Function>{w.bias, function}, FloatSink{y});
}

inline void linear_forward(const LinearForward<float>& a, Part part) { linear(a.y, a.x, a.w, part, Identity{}); }
