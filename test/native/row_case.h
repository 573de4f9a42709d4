// The common part of a case whose op works row by row: units are rows, outputs are as many rows.
#pragma once

#include "op_test.h"
#include "random.h"

namespace albert::test {

struct RowCase {
  int64_t rows = 0;
  int64_t cols = 0;

  std::string detail() const { return "rows=" + std::to_string(rows) + " cols=" + std::to_string(cols); }
  std::vector<Shape> outputs() const { return {{rows, cols}}; }
  int64_t units() const { return rows; }
  bool large() const { return false; }
  template <class T>
  using Element = T;
};

// Rows [range) of a view.
template <class T>
Matrix<T> rows_of(const Matrix<T>& all, Range range) {
  return {all.row(range.begin), range.end - range.begin, all.cols, all.stride};
}
template <class T>
Matrix<T> rows_of(const Output<T>& output, Range range) {
  return rows_of(output.view(), range);
}
template <class T>
Matrix<const T> rows_of(const Input<T>& input, Range range) {
  return rows_of(input.view(), range);
}

// For the aliases that contracts allow: the output begins as a copy of the input.
template <class T>
void fill(const Matrix<T>& y, const Matrix<const T>& x) {
  for (int64_t r = 0; r < x.rows; r++) std::copy_n(x.row(r), x.cols, y.row(r));
}

// Widths around one, two and three vectors; rows from none to a few.
inline std::vector<Shape> row_shapes() {
  return {{0, 16}, {1, 1},  {1, 16}, {2, 15}, {3, 17}, {1, 31}, {2, 32},  {3, 33},
          {5, 7},  {4, 47}, {7, 48}, {2, 49}, {1, 97}, {6, 40}, {11, 128}};
}

}  // namespace albert::test
