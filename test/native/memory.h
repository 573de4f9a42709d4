// Memory for the tests of ops: inputs that end exactly where their data ends, outputs between guard bands, everything
// that was never given a value filled with one NaN pattern that no op produces.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "base/matrix.h"

namespace albert::test {

// A case is run twice: in rows padded as the model's workspace pads them, and at an odd element with odd strides.
struct Placement {
  int64_t offset = 0;  // elements after a 64-byte border
  int64_t extra = 0;   // elements between rows
};
inline constexpr Placement kAligned = {0, 16};
inline constexpr Placement kMisaligned = {1, 3};
inline constexpr Placement kPlacements[] = {kAligned, kMisaligned};

template <class T>
T poison() {
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(uint32_t{0x7fc0dead});
  } else {
    return std::bit_cast<double>(uint64_t{0x7ff80000deadbeef});
  }
}

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

// A 64-byte aligned block of `count` elements, all `fill`. A read or write beyond it is seen by AddressSanitizer.
template <class T>
class Block {
 public:
  explicit Block(int64_t count, T fill = poison<T>())
      : data_(static_cast<T*>(::operator new(static_cast<size_t>(count) * sizeof(T), std::align_val_t(64)))),
        count_(count) {
    for (int64_t i = 0; i < count; i++) data_.get()[i] = fill;
  }
  T* data() const { return data_.get(); }
  int64_t count() const { return count_; }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t(64)); }
  };
  std::unique_ptr<T, Free> data_;
  int64_t count_;
};

// Numbers of a test, row-major and dense, as doubles that float holds exactly.
struct Values {
  int64_t rows = 0;
  int64_t cols = 0;
  std::vector<double> data;

  double at(int64_t row, int64_t col) const { return data[static_cast<size_t>(row * cols + col)]; }
  double& at(int64_t row, int64_t col) { return data[static_cast<size_t>(row * cols + col)]; }
};

// An input: the values in memory of their own, placed as asked.
template <class T>
class Input {
 public:
  Input(const Values& values, Placement place)
      : block_(values.rows == 0 ? 0 : place.offset + (values.rows - 1) * (values.cols + place.extra) + values.cols),
        view_(block_.data() + (values.rows == 0 ? 0 : place.offset), values.rows, values.cols,
              values.cols + place.extra) {
    for (int64_t r = 0; r < values.rows; r++) {
      for (int64_t c = 0; c < values.cols; c++) view_.row(r)[c] = static_cast<T>(values.at(r, c));
    }
  }
  Matrix<const T> view() const { return view_; }
  const T* data() const { return view_.data; }

 private:
  Block<T> block_;
  Matrix<T> view_;
};

// An output: poisoned, with a guard band before and after it, and poison between its rows.
template <class T>
class Output {
 public:
  Output(int64_t rows, int64_t cols, Placement place)
      : block_(2 * kGuard + place.offset + rows * (cols + place.extra)),
        view_(block_.data() + kGuard + place.offset, rows, cols, cols + place.extra) {}

  Matrix<T> view() const { return view_; }
  bool written(int64_t row, int64_t col) const { return !same_bits(view_.row(row)[col], poison<T>()); }

  // True if nothing outside the rows was touched.
  bool guards_hold() const {
    for (int64_t i = 0; i < block_.count(); i++) {
      const int64_t at = i - (view_.data - block_.data());
      const bool inside = at >= 0 && at / view_.stride < view_.rows && at % view_.stride < view_.cols;
      if (!inside && !same_bits(block_.data()[i], poison<T>())) return false;
    }
    return true;
  }

 private:
  static constexpr int64_t kGuard = 64;
  Block<T> block_;
  Matrix<T> view_;
};

}  // namespace albert::test
