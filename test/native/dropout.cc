// dropout_forward.
#include "row_case.h"

namespace albert::test {
namespace {

struct DropoutCase : RowCase {
  Values x, multiplier;
  bool y_is_x;

  std::vector<Expected> expected() const {
    Expected e;
    for (size_t i = 0; i < x.data.size(); i++)
      e.add(x.data[i] * multiplier.data[i], 2 * std::abs(x.data[i] * multiplier.data[i]));
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const DropoutCase& dropout, const Ops<T>& table, Placement place, int)
        : c(dropout), ops(table), x(c.x, place), multiplier(c.multiplier, place) {}
    bool prepare(std::vector<Output<T>>& out, Range rows) const {
      if (c.y_is_x) fill(rows_of(out[0], rows), rows_of(x, rows));
      return c.y_is_x;
    }
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const Matrix<T> y = rows_of(out[0], rows);
      ops.dropout_forward({y, c.y_is_x ? Matrix<const T>(y) : rows_of(x, rows), rows_of(multiplier, rows)}, part);
    }
    const DropoutCase& c;
    const Ops<T>& ops;
    Input<T> x, multiplier;
  };
};

OP_TEST(dropout_forward) {
  Random random(19);
  for (const Shape& shape : row_shapes()) {
    Values multiplier = normal_values(random, shape.rows, shape.cols);
    for (double& m : multiplier.data) m = m < -1 ? 0 : static_cast<double>(1.0f / 0.9f);
    for (const bool y_is_x : {false, true}) {
      test.check(DropoutCase{
          {shape.rows, shape.cols}, adversarial_values(random, shape.rows, shape.cols), multiplier, y_is_x});
    }
  }
}

}  // namespace
}  // namespace albert::test
