// What the products of a low precision read: rows of numbers in the format of the weights that they meet. The residual
// stream, LayerNorm and softmax stay in float32.
//   plain  T, as everywhere else
//   bf16   the upper half of a float32, rounded to nearest even
//   int8   one float32 scale for each row and group of kGroup columns, largest magnitude / 127; value = scale x q,
//          q = round(x / scale) to nearest even. Stored as q + offset in a byte: the dot product of x86 wants one of
//          its factors without a sign. One scale a row would let a single large channel, of which ALBERT has a few,
//          round the other 767 away; with groups it spoils 127.
#pragma once

#include <bit>
#include <cstdint>

#include "base/half.h"
#include "base/matrix.h"

namespace albert {

enum class Format : uint8_t { plain, bf16, int8 };

// Bit pattern of a bfloat16.
using Bf16 = uint16_t;

// Columns that share a scale; a constant of the file form too (docs/checkpoints.md).
inline constexpr int64_t kGroup = 128;
inline constexpr int64_t groups_of(int64_t columns) { return (columns + kGroup - 1) / kGroup; }

struct Int8Rows {
  Matrix<uint8_t> values;  // [rows, cols]
  Matrix<float> scales;    // [rows, groups_of(cols)]
  uint8_t offset = 0;
};

// One of the three. Rows of `bf16` and `int8` begin at a multiple of 4 bytes and have an even number of columns, or one
// that 4 divides.
template <class T>
struct Operand {
  Format format = Format::plain;
  Matrix<T> plain;
  Matrix<Bf16> bf16;
  Int8Rows int8;

  Operand() = default;
  Operand(const Matrix<T>& rows) : plain(rows) {}
  // For an op that only reads.
  Operand(const Matrix<const T>& rows) : plain(const_cast<T*>(rows.data), rows.rows, rows.cols, rows.stride) {}
  Operand(const Matrix<Bf16>& rows) : format(Format::bf16), bf16(rows) {}
  Operand(const Int8Rows& rows) : format(Format::int8), int8(rows) {}

  int64_t rows() const {
    return format == Format::plain ? plain.rows : format == Format::bf16 ? bf16.rows : int8.values.rows;
  }
  int64_t cols() const {
    return format == Format::plain ? plain.cols : format == Format::bf16 ? bf16.cols : int8.values.cols;
  }
  // Rows [first, first + count).
  Operand slice(int64_t first, int64_t count) const {
    Operand part = *this;
    if (format == Format::plain) part.plain = plain.slice(first, count);
    if (format == Format::bf16) part.bf16 = bf16.slice(first, count);
    if (format == Format::int8) {
      part.int8.values = int8.values.slice(first, count);
      part.int8.scales = int8.scales.slice(first, count);
    }
    return part;
  }
};

}  // namespace albert
