// Rows in bfloat16 and int8 for the tests: in memory of their own, between guards, read back as numbers.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "memory.h"
#include "ops/convert_rows.h"

namespace albert::test {

inline const char* format_name(Format format) {
  return format == Format::plain ? "plain" : format == Format::bf16 ? "bf16" : "int8";
}

// What is left of a number in bfloat16.
inline double in_bf16(double x) { return static_cast<double>(from_bf16(to_bf16(static_cast<float>(x)))); }

// Memory for rows of a format, with a byte in it that tells what was never written.
class LowRows {
 public:
  LowRows(Format format, int64_t rows, int64_t cols, uint8_t offset, Placement place)
      : format_(format), rows_(rows), cols_(cols), offset_(offset), stride_((cols + 15) / 16 * 16 + 16 * place.offset) {
    const int64_t bytes = rows * stride_ * (format == Format::bf16 ? 2 : 1);
    memory_.assign(static_cast<size_t>(bytes + 2 * kGuard), kNever);
    scales_.assign(static_cast<size_t>(rows * (groups_of(cols) + place.offset)), never_scale());
    scale_stride_ = groups_of(cols) + place.offset;
  }
  // Holding `values`, rounded by the reference.
  LowRows(Format format, const Values& values, uint8_t offset, Placement place)
      : LowRows(format, values.rows, values.cols, offset, place) {
    for (int64_t r = 0; r < rows_; r++) {
      const double* const row = values.data.data() + r * cols_;
      if (format == Format::bf16) reference::write_bf16(operand<double>().bf16, r, row);
      if (format == Format::int8) reference::write_int8(operand<double>().int8, r, row);
    }
  }

  template <class T>
  Operand<T> operand() const {
    uint8_t* const data = const_cast<uint8_t*>(memory_.data()) + kGuard;
    if (format_ == Format::bf16) return Matrix<Bf16>(reinterpret_cast<Bf16*>(data), rows_, cols_, stride_);
    return Int8Rows{Matrix<uint8_t>(data, rows_, cols_, stride_),
                    Matrix<float>(const_cast<float*>(scales_.data()), rows_, groups_of(cols_), scale_stride_), offset_};
  }

  bool written(int64_t row, int64_t col) const {
    const Operand<float> all = operand<float>();
    if (format_ == Format::bf16) return all.bf16.row(row)[col] != kNever * 0x101;
    return !same_bits(all.int8.scales.row(row)[col / kGroup], never_scale());
  }
  double number(int64_t row, int64_t col) const {
    const Operand<float> all = operand<float>();
    if (format_ == Format::bf16) return static_cast<double>(from_bf16(all.bf16.row(row)[col]));
    const int8_t q = static_cast<int8_t>(all.int8.values.row(row)[col] - offset_);
    return static_cast<double>(q) * static_cast<double>(all.int8.scales.row(row)[col / kGroup]);
  }
  // True if nothing outside the rows was touched.
  bool guards_hold() const {
    const int64_t size = format_ == Format::bf16 ? 2 : 1;
    for (int64_t i = 0; i < static_cast<int64_t>(memory_.size()); i++) {
      const int64_t at = i - kGuard;
      const bool inside = at >= 0 && at / (stride_ * size) < rows_ && at % (stride_ * size) < cols_ * size;
      if (!inside && memory_[static_cast<size_t>(i)] != kNever) return false;
    }
    return true;
  }

 private:
  static constexpr uint8_t kNever = 0xab;
  static constexpr int64_t kGuard = 64;
  static float never_scale() { return -1.25f; }

  Format format_;
  int64_t rows_, cols_;
  uint8_t offset_;
  int64_t stride_;
  int64_t scale_stride_ = 0;
  std::vector<uint8_t> memory_;
  std::vector<float> scales_;
};

// How far a number may be from itself after it was rounded to a format; `largest`: of its group.
inline double rounding_of(Format format, double value, double largest) {
  if (format == Format::bf16) return std::abs(value) * 0x1p-8;
  return format == Format::int8 ? largest / 254 * 1.001 : 0;
}

// The largest magnitude of the group of an element.
inline double largest_of_group(const Values& values, int64_t row, int64_t col) {
  double largest = 0;
  const int64_t first = col / kGroup * kGroup;
  for (int64_t k = first; k < std::min(first + kGroup, values.cols); k++) {
    largest = std::max(largest, std::abs(values.at(row, k)));
  }
  return largest;
}

}  // namespace albert::test
