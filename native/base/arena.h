// One block of 64-byte aligned memory that is cut into pieces from the front: sized before the first kernel, freed at
// once. Large blocks are mapped, so that their memory goes back to the system with them, and ask for huge pages:
// 28 MB of weights would be 7,000 small ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/matrix.h"

namespace albert {

inline constexpr int64_t kAlignment = 64;  // one cache line, one AVX-512 register

class Arena {
 public:
  Arena() = default;
  explicit Arena(int64_t size_bytes);
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // The next `count` elements; contents are undefined. Throws OUT_OF_MEMORY when the arena was sized too small.
  template <class T>
  T* take(int64_t count) {
    return static_cast<T*>(take_bytes(bytes_for<T>(count)));
  }
  // Rows padded by `row_stride`.
  template <class T>
  Matrix<T> matrix(int64_t rows, int64_t cols) {
    const int64_t stride = row_stride<T>(cols);
    return {take<T>(rows * stride), rows, cols, stride};
  }

  // What `take` and `matrix` will use, for sizing the arena beforehand.
  template <class T>
  static int64_t bytes_for(int64_t count) {
    return (count * static_cast<int64_t>(sizeof(T)) + kAlignment - 1) / kAlignment * kAlignment;
  }
  template <class T>
  static int64_t matrix_bytes(int64_t rows, int64_t cols) {
    return bytes_for<T>(rows * row_stride<T>(cols));
  }
  // Elements from one row to the next: whole cache lines, and never a multiple of 4 KB, at which all rows of a tile
  // would fall into one set of the L1 cache (measured on Zen 5 at K = 3072: 202 -> 77 GFLOP/s without the padding).
  template <class T>
  static int64_t row_stride(int64_t cols) {
    const int64_t line = kAlignment / static_cast<int64_t>(sizeof(T));
    const int64_t stride = (cols + line - 1) / line * line;
    return stride * static_cast<int64_t>(sizeof(T)) % 4096 == 0 ? stride + line : stride;
  }

  int64_t size_bytes() const { return size_; }
  // Everything that was taken is free again.
  void reset() { used_ = 0; }

 private:
  void* take_bytes(int64_t bytes);

  std::byte* data_ = nullptr;
  int64_t size_ = 0;
  int64_t used_ = 0;
};

}  // namespace albert
