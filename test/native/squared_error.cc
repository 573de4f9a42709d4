// squared_error_forward.
#include "loss_case.h"

namespace albert::test {
namespace {

struct SquaredErrorCase : LossCase {
  Values x, targets;

  // x^2 - 2 x t + t^2, summed from the end.
  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t r = 0; r < rows; r++) {
      double sum = 0, magnitude = 0;
      for (int64_t c = cols - 1; c >= 0; c--) {
        const double a = x.at(r, c), b = targets.at(r, c);
        sum += a * a - 2 * a * b + b * b;
        magnitude += a * a + b * b;
      }
      add(e, sum, magnitude);
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const SquaredErrorCase& loss, const Ops<T>& table, Placement place, int)
        : c(loss), ops(table), x(c.x, place), targets(c.targets, place) {}
    void run(std::vector<Output<double>>& out, Range rows, Part part) const {
      ops.squared_error_forward({out[0].view().data + rows.begin, rows_of(x, rows), rows_of(targets, rows)}, part);
    }
    const SquaredErrorCase& c;
    const Ops<T>& ops;
    Input<T> x, targets;
  };
};

OP_TEST(squared_error_forward) {
  Random random(31);
  for (const Shape& shape : row_shapes()) {
    test.check(SquaredErrorCase{{{shape.rows, shape.cols}},
                                adversarial_values(random, shape.rows, shape.cols),
                                normal_values(random, shape.rows, shape.cols)});
  }
}

}  // namespace
}  // namespace albert::test
