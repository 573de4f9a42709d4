// What a core can do at most: `steps` rounds of dot products from register to register. Every "share of peak" is
// against this, measured in the same minute, and not against a data sheet: virtual processors may be halves of a core
// or share a clock. Returns the operations done (a multiplication and an addition are two). Included inside the
// namespace of an instruction set.
#pragma once

#include "cpu/gemm/tile.h"

template <class Dot>
  requires requires { typename Dot::Weights; }
inline double burn(int64_t steps) {
  // Twelve registers of sums, enough to hide a latency of 5 or 6 cycles on two units: a vector is two of AVX2's.
  constexpr int kSums = 6 * kPanelVectors;
  // Read from memory that the compiler knows nothing of, or equal sums would be computed once.
  alignas(64) std::byte start[(kSums + 1) * kStepBytes] = {};
  asm volatile("" : "+m"(start));
  typename Dot::Sums sums[kSums];
#pragma GCC unroll 16
  for (int v = 0; v < kSums; v++) std::memcpy(&sums[v], start + v * 64, sizeof sums[v]);
  const typename Dot::Inputs a = Dot::inputs(start);
  const typename Dot::Weights b = Dot::weights(start + 64);
  for (int64_t step = 0; step < steps; step++) {
#pragma GCC unroll 64
    for (int v = 0; v < 4 * kSums; v++) sums[v % kSums] = Dot::add(a, b, sums[v % kSums]);
  }
  typename Dot::Sums kept[kSums];
#pragma GCC unroll 16
  for (int v = 0; v < kSums; v++) kept[v] = sums[v];
  asm volatile("" : : "m"(kept));
  return static_cast<double>(steps) * 4 * kSums * kLanes * Dot::kDepth * 2;
}
