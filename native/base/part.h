// How threads share the work of one op: thread `index` of `count` takes its contiguous share of rows, panels or pairs.
// Shares split rows and columns, never a sum, so that no bit of a result depends on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

namespace albert {

struct Part {
  int index = 0;
  int count = 1;
};

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

// The share of `part` in [0, total), cut at multiples of `grain` so that no tile is torn between two threads.
inline Range share(int64_t total, int64_t grain, Part part) {
  const int64_t grains = (total + grain - 1) / grain;
  const int64_t begin = grains * part.index / part.count;
  const int64_t end = grains * (part.index + 1) / part.count;
  return {std::min(begin * grain, total), std::min(end * grain, total)};
}

}  // namespace albert
