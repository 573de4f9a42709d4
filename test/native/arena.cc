// The arena: alignment, no overlap, sizes that add up, refusal beyond its end; the padding of rows.
#include "base/arena.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "harness.h"

using namespace albert;
using namespace albert::test;

TEST(arena_pieces) {
  std::string problem;
  for (const int64_t count : {0, 1, 15, 16, 17, 1000, 600'000}) {
    const int64_t size = 2 * Arena::bytes_for<float>(count) + Arena::matrix_bytes<double>(3, count);
    Arena arena(size);
    float* const first = arena.take<float>(count);
    float* const second = arena.take<float>(count);
    const Matrix<double> third = arena.matrix<double>(3, count);
    if (reinterpret_cast<uintptr_t>(first) % 64 != 0 || reinterpret_cast<uintptr_t>(second) % 64 != 0 ||
        reinterpret_cast<uintptr_t>(third.data) % 64 != 0) {
      problem = "not aligned to 64 bytes";
    }
    if (second < first + count || reinterpret_cast<float*>(third.data) < second + count) problem = "pieces overlap";
    // All of it belongs to us: AddressSanitizer watches.
    std::fill_n(first, count, 1.0f);
    std::fill_n(second, count, 2.0f);
    for (int64_t r = 0; r < 3; r++) std::fill_n(third.row(r), count, 3.0);
    if (count > 0 && (first[count - 1] != 1.0f || second[count - 1] != 2.0f)) problem = "pieces overlap";
    try {
      arena.take<char>(1);
      problem = "gave more than it has";
    } catch (const Error& error) {
      if (std::strcmp(error.code(), "OUT_OF_MEMORY") != 0) problem = std::string("code ") + error.code();
    }
  }
  conclude("arena pieces", problem);
}

TEST(arena_refuses_what_no_machine_has) {
#if defined(__SANITIZE_ADDRESS__)
  skip("arena refuses what no machine has", "AddressSanitizer ends the process on such a request");
#else
  std::string problem = "did not throw";
  try {
    const Arena arena(int64_t{1} << 60);
  } catch (const Error& error) {
    problem = std::strcmp(error.code(), "OUT_OF_MEMORY") == 0 ? "" : error.code();
  }
  conclude("arena refuses what no machine has", problem);
#endif
}

TEST(arena_moves) {
  Arena a(4096);
  float* const piece = a.take<float>(16);
  piece[15] = 7;
  Arena b = std::move(a);
  Arena c;
  c = std::move(b);
  const bool right = c.size_bytes() == 4096 && piece[15] == 7 && c.take<float>(16) == piece + 16;
  conclude("arena moves", right ? "" : "lost its memory");
}

TEST(arena_row_stride) {
  std::string problem;
  for (int64_t cols = 1; cols < 5000; cols++) {
    const int64_t stride = Arena::row_stride<float>(cols);
    if (stride < cols || stride % 16 != 0 || stride * 4 % 4096 == 0 || stride > cols + 32) {
      problem = std::to_string(cols) + " columns have stride " + std::to_string(stride);
    }
  }
  conclude("arena row stride", problem);
}
