// binary_cross_entropy_forward.
#include "loss_case.h"

namespace albert::test {
namespace {

struct BinaryCrossEntropyCase : LossCase {
  Values logits, targets;

  // -(t log s + (1 - t) log(1 - s)) with s = 1 / (1 + exp(-x)); log s and log(1 - s) by log1p, one each.
  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t r = 0; r < rows; r++) {
      double sum = 0, magnitude = 0;
      for (int64_t c = 0; c < cols; c++) {
        const double x = logits.at(r, c), t = targets.at(r, c);
        sum += t * std::log1p(std::exp(-x)) + (1 - t) * std::log1p(std::exp(x));
        magnitude += 1 + std::abs(x);
      }
      add(e, sum, magnitude);
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const BinaryCrossEntropyCase& loss, const Ops<T>& table, Placement place, int)
        : c(loss), ops(table), logits(c.logits, place), targets(c.targets, place) {}
    void run(std::vector<Output<double>>& out, Range rows, Part part) const {
      ops.binary_cross_entropy_forward({out[0].view().data + rows.begin, rows_of(logits, rows), rows_of(targets, rows)},
                                       part);
    }
    const BinaryCrossEntropyCase& c;
    const Ops<T>& ops;
    Input<T> logits, targets;
  };
};

OP_TEST(binary_cross_entropy_forward) {
  Random random(29);
  for (const Shape& shape : row_shapes()) {
    for (const double scale : {1.0, 60.0}) {
      BinaryCrossEntropyCase c = {{{shape.rows, shape.cols}},
                                  normal_values(random, shape.rows, shape.cols, scale),
                                  normal_values(random, shape.rows, shape.cols)};
      // Hard targets, and soft ones.
      for (double& t : c.targets.data) t = t < -0.5 ? 0 : t > 0.5 ? 1 : 0.25;
      test.check(c);
    }
  }
}

}  // namespace
}  // namespace albert::test
