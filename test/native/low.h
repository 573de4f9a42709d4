// Rows in bfloat16 and int8 for the tests: in memory of their own, read back as numbers.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "memory.h"
#include "ops/table.h"

namespace albert::test {

inline constexpr Format kFormats[] = {Format::plain, Format::bf16, Format::int8};

inline const char* format_name(Format format) {
  return format == Format::plain ? "plain" : format == Format::bf16 ? "bf16" : "int8";
}

// What are the bits of a row of the table in bfloat16? Those of float32 chains, the same on every row, but where an
// instruction adds a pair in an order of its own and takes denormal numbers as zero.
inline std::string bf16_arithmetic(const Ops<float>& ops) {
  const std::string name = ops.bf16_name;
  if (name == "amx") return "avx512_bf16";
  return name == "avx512_bf16" || name == "neon_bf16" ? name : "float32";
}
// The same of linear layers, which some rows multiply in tile registers.
inline std::string bf16_product_arithmetic(const Ops<float>& ops) {
  const std::string name = ops.bf16_name;
  return name == "amx" || name == "emulated_tiles" ? "tiles" : bf16_arithmetic(ops);
}

// What is left of a number in bfloat16.
inline double in_bf16(double x) { return static_cast<double>(from_bf16(to_bf16(static_cast<float>(x)))); }

// Memory for rows of a format. What was never written is a NaN in bfloat16, -128 in int8, which no scale gives, and a
// NaN as a scale: a read outside the rows shows in a result. An input ends where its data ends, for AddressSanitizer;
// an output lies between guards. A placement counts in words of 4 bytes, at which rows must begin, and in scales.
class LowRows {
 public:
  // An output.
  LowRows(Format format, int64_t rows, int64_t cols, uint8_t offset, Placement place)
      : LowRows(format, rows, cols, offset, place, kGuard) {}
  // An input: `values`, rounded by the reference.
  LowRows(Format format, const Values& values, uint8_t offset, Placement place)
      : LowRows(format, values.rows, values.cols, offset, place, 0) {
    for (int64_t r = 0; r < values.rows; r++) {
      const double* const row = values.data.data() + r * values.cols;
      if (format == Format::bf16) reference::write_bf16(operand<double>().bf16, r, row);
      if (format == Format::int8) reference::write_int8(operand<double>().int8, r, row);
    }
  }

  template <class T>
  Operand<T> operand() const {
    if (format_ == Format::int8) return Int8Rows{bytes_.view, scales_.view, offset_};
    const Matrix<uint8_t>& all = bytes_.view;
    return Matrix<Bf16>(reinterpret_cast<Bf16*>(all.data), all.rows, all.cols / 2, all.stride / 2);
  }

  bool written(int64_t row, int64_t col) const {
    if (format_ == Format::int8) return bytes_.view.row(row)[col] != never(format_, offset_);
    return operand<float>().bf16.row(row)[col] != never(format_, offset_) * 0x101;
  }
  double number(int64_t row, int64_t col) const {
    const Operand<float> all = operand<float>();
    if (format_ == Format::bf16) return static_cast<double>(from_bf16(all.bf16.row(row)[col]));
    const int8_t q = static_cast<int8_t>(all.int8.values.row(row)[col] - offset_);
    return static_cast<double>(q) * static_cast<double>(all.int8.scales.row(row)[col / kGroup]);
  }
  // True if nothing outside the rows was touched.
  bool guards_hold() const { return bytes_.guards_hold() && scales_.guards_hold(); }

 private:
  static constexpr int64_t kGuard = 64;

  template <class E>
  struct Part {
    // `stride`, `first`: in elements.
    Part(int64_t rows, int64_t cols, int64_t stride, int64_t first, int64_t guard, E fill_)
        : block(rows == 0 ? 0 : guard + first + (rows - 1) * stride + cols + guard, fill_),
          view(block.data() + (rows == 0 ? 0 : guard + first), rows, cols, stride),
          fill(fill_) {}
    bool guards_hold() const {
      for (int64_t i = 0; i < block.count(); i++) {
        const int64_t at = i - (view.data - block.data());
        const bool inside = at >= 0 && at / view.stride < view.rows && at % view.stride < view.cols;
        if (!inside && !same_bits(block.data()[i], fill)) return false;
      }
      return true;
    }
    Block<E> block;
    Matrix<E> view;
    E fill;
  };

  LowRows(Format format, int64_t rows, int64_t cols, uint8_t offset, Placement place, int64_t guard)
      : format_(format),
        offset_(offset),
        bytes_(rows, cols * size_of(format), (cols * size_of(format) + 3) / 4 * 4 + 4 * place.extra, 4 * place.offset,
               guard, never(format, offset)),
        scales_(format == Format::int8 ? rows : 0, groups_of(cols), groups_of(cols) + place.extra, place.offset, guard,
                poison<float>()) {}
  static int64_t size_of(Format format) { return format == Format::bf16 ? 2 : 1; }
  static uint8_t never(Format format, uint8_t offset) {
    return format == Format::bf16 ? 0xff : static_cast<uint8_t>(offset + 128);
  }

  Format format_;
  uint8_t offset_;
  Part<uint8_t> bytes_;
  Part<float> scales_;
};

// An input in any format.
template <class T>
class AnyInput {
 public:
  AnyInput(Format format, const Values& values, uint8_t offset, Placement place)
      : format_(format),
        plain_(format == Format::plain ? values : Values{}, place),
        low_(format, format == Format::plain ? Values{} : values, offset, place) {}
  Operand<T> operand() const { return format_ == Format::plain ? Operand<T>(plain_.view()) : low_.operand<T>(); }

 private:
  Format format_;
  Input<T> plain_;
  LowRows low_;
};

// Values as a format keeps them.
inline Values rounded_to(Format format, Values values) {
  if (format == Format::plain) return values;
  const LowRows rows(format, values, 0, kAligned);
  for (int64_t r = 0; r < values.rows; r++) {
    for (int64_t c = 0; c < values.cols; c++) values.at(r, c) = rows.number(r, c);
  }
  return values;
}

// The largest magnitude of the group of an element, NaN where one of them is no finite number.
inline double largest_of_group(const Values& values, int64_t row, int64_t col) {
  double largest = 0;
  const int64_t first = col / kGroup * kGroup;
  for (int64_t k = first; k < std::min(first + kGroup, values.cols); k++) {
    if (!std::isfinite(values.at(row, k))) return std::numeric_limits<double>::quiet_NaN();
    largest = std::max(largest, std::abs(values.at(row, k)));
  }
  return largest;
}

// A group of int8 whose largest number is below this may be zeros: its scale is no normal number.
inline constexpr double kSmallestGroup = 127 * 0x1p-126;

// A number that was written in a format: what it should be, and how far it may be from that.
struct Written {
  double value;
  double rounding;
};
inline Written written_in(Format format, const Values& values, int64_t row, int64_t col) {
  const double value = values.at(row, col);
  if (format == Format::plain) return {value, 0};
  if (format == Format::bf16) return {value, std::abs(value) * 0x1p-8};
  const double largest = largest_of_group(values, row, col);
  if (std::isnan(largest)) return {largest, 0};
  return {value, largest < 1.001 * kSmallestGroup ? largest : largest / 254 * 1.001};
}

}  // namespace albert::test
