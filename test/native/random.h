// Reproducible numbers for the tests.
#pragma once

#include <cmath>
#include <cstdint>

#include "memory.h"

namespace albert::test {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t limit) { return static_cast<int64_t>(bits() % static_cast<uint64_t>(limit)); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  // About normal, |x| <= 6: enough for tests. Rounded to float.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += uniform();
    return static_cast<double>(static_cast<float>(sum));
  }

 private:
  uint64_t state_;
};

inline Values normal_values(Random& random, int64_t rows, int64_t cols, double scale = 1) {
  Values values = {rows, cols, std::vector<double>(static_cast<size_t>(rows * cols))};
  for (double& x : values.data) x = static_cast<double>(static_cast<float>(random.normal() * scale));
  return values;
}

// What activations of a trained ALBERT look like, and worse: a few columns a hundred times larger than the rest, zeros
// of both signs, and numbers below the smallest normal one.
inline Values adversarial_values(Random& random, int64_t rows, int64_t cols) {
  Values values = normal_values(random, rows, cols);
  for (int64_t c = 0; c < cols; c++) {
    const int64_t kind = random.below(12);
    for (int64_t r = 0; r < rows; r++) {
      double& x = values.at(r, c);
      if (kind == 0) x *= 128;
      if (kind == 1) x = r % 2 == 0 ? 0.0 : -0.0;
      if (kind == 2) x = static_cast<double>(static_cast<float>(x) * 1e-40f);
    }
  }
  return values;
}

}  // namespace albert::test
