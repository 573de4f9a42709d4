// gather_rows_forward: a copy, to the bit.
#include "row_case.h"

namespace albert::test {
namespace {

struct GatherRowsCase : RowCase {
  Values x;
  std::vector<int32_t> chosen;

  std::vector<Expected> expected() const {
    Expected e;
    for (const int32_t row : chosen) {
      for (int64_t h = 0; h < cols; h++) e.add(x.at(row, h), 0);
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const GatherRowsCase& gather, const Ops<T>& table, Placement place, int)
        : c(gather), ops(table), x(c.x, place) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      ops.gather_rows_forward({rows_of(out[0], rows), x.view(), c.chosen.data() + rows.begin}, part);
    }
    const GatherRowsCase& c;
    const Ops<T>& ops;
    Input<T> x;
  };
};

OP_TEST(gather_rows_forward) {
  Random random(17);
  for (const Shape& shape : row_shapes()) {
    GatherRowsCase c = {{shape.rows, shape.cols}, adversarial_values(random, 9, shape.cols), {}};
    // Descending, with repeats, the last row first.
    for (int64_t i = 0; i < shape.rows; i++) c.chosen.push_back(static_cast<int32_t>(8 - i * 2 / 3 % 9));
    test.check(c);
  }
}

}  // namespace
}  // namespace albert::test
