#include "model/equalise.h"

#include <algorithm>
#include <cmath>

namespace albert {

template <class T>
std::vector<float> divisors_of(const std::vector<float>& bounds, const std::vector<Matrix<const T>>& readers) {
  std::vector<float> largest(bounds.size(), 0.0f);
  for (const Matrix<const T>& w : readers) {
    for (int64_t n = 0; n < w.rows; n++) {
      const T* const row = w.row(n);
      for (size_t k = 0; k < largest.size(); k++)
        largest[k] = std::max(largest[k], static_cast<float>(std::abs(row[k])));
    }
  }
  std::vector<float> divisors;
  for (size_t k = 0; k < bounds.size(); k++) {
    const float s = std::pow(bounds[k], 0.8f) / std::pow(largest[k], 0.2f);
    // A channel that no one reads, or that is always zero, is left alone; so is one whose numbers are none.
    divisors.push_back(s > 1e-6f && s < 1e6f ? s : 1.0f);
  }
  return divisors;
}

template std::vector<float> divisors_of(const std::vector<float>&, const std::vector<Matrix<const float>>&);
template std::vector<float> divisors_of(const std::vector<float>&, const std::vector<Matrix<const double>>&);

}  // namespace albert
