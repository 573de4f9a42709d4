// The dot product of pairs of bfloat16 in float32 arithmetic: even k, then odd k, one chain.
// Included inside the namespace of an instruction set, after its vocabulary.
#pragma once

struct Bf16Dot {
  static constexpr int64_t kDepth = 2;
  static constexpr int kRows = kHalvesRows;
  static constexpr int kVectors = kHalvesVectors;
  using Weights = Halves;
  using Inputs = Halves;
  using Sums = F32x16;
  static Sums none() { return zero(); }
  static Weights weights(const std::byte* p) { return split_halves(load(reinterpret_cast<const float*>(p))); }
  static Inputs inputs(const std::byte* p) { return split_halves(broadcast(reinterpret_cast<const float*>(p))); }
  static Sums add(const Inputs& a, const Weights& b, Sums c) {
    return multiply_add(a.odd, b.odd, multiply_add(a.even, b.even, c));
  }
};
