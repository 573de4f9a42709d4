// The common part of the losses of a row: one float64 for each row of [rows, cols]. Sums are float64 in every row of
// the table, so a float table owes the accuracy of float64 too.
#pragma once

#include "row_case.h"

namespace albert::test {

struct LossCase : RowCase {
  std::vector<Shape> outputs() const { return {{1, rows}}; }
  template <class T>
  using Element = double;

  // The error that float64 allows: a few roundings of the magnitudes that were summed.
  void add(Expected& e, double value, double magnitude) const {
    e.add(value, 4 * (static_cast<double>(cols) + 8) * magnitude);
  }
};

}  // namespace albert::test
