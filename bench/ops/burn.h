// The loop behind peak.h, in the vocabulary of an instruction set. Included inside its namespace, once for each: no
// `#pragma once`.

inline double burn(int64_t steps) {
  // Twelve registers of sums, enough to hide a latency of 5 or 6 cycles on two units: a vector is two of AVX2's.
  constexpr int kSums = 6 * kPanelVectors;
  // Read from memory that the compiler knows nothing of, or equal sums would be computed once.
  float start[kSums * kLanes] = {};
  asm volatile("" : "+m"(start));
  F32x16 sums[kSums];
#pragma GCC unroll 16
  for (int v = 0; v < kSums; v++) sums[v] = load(start + v * kLanes);
  const F32x16 a = broadcast(1e-6f);
  for (int64_t step = 0; step < steps; step++) {
#pragma GCC unroll 64
    for (int v = 0; v < 4 * kSums; v++) sums[v % kSums] = multiply_add(a, a, sums[v % kSums]);
  }
  F32x16 total = zero();
#pragma GCC unroll 16
  for (int v = 0; v < kSums; v++) total = total + sums[v];
  volatile float kept = sum(total);
  (void)kept;
  return static_cast<double>(steps) * 4 * kSums * kLanes * 2;
}
