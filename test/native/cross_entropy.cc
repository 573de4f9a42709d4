// cross_entropy_forward.
#include <algorithm>

#include "loss_case.h"

namespace albert::test {
namespace {

struct CrossEntropyCase : LossCase {
  Values x;
  std::vector<int32_t> labels;
  int32_t ignore;

  // -log(p) with p = 1 / sum of exp(x[c] - x[label]): no maximum is subtracted, so the inputs must be moderate.
  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t r = 0; r < rows; r++) {
      const int32_t label = labels[static_cast<size_t>(r)];
      if (label == ignore) {
        e.add(0, 0);
        continue;
      }
      double sum = 0, largest = 0;
      for (int64_t c = 0; c < cols; c++) {
        sum += std::exp(x.at(r, c) - x.at(r, label));
        largest = std::max(largest, std::abs(x.at(r, c)));
      }
      add(e, std::log(sum), 1 + largest);
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const CrossEntropyCase& loss, const Ops<T>& table, Placement place, int)
        : c(loss), ops(table), x(c.x, place) {}
    void run(std::vector<Output<double>>& out, Range rows, Part part) const {
      ops.cross_entropy_forward(
          {out[0].view().data + rows.begin, rows_of(x, rows), c.labels.data() + rows.begin, c.ignore}, part);
    }
    const CrossEntropyCase& c;
    const Ops<T>& ops;
    Input<T> x;
  };
};

OP_TEST(cross_entropy_forward) {
  Random random(23);
  for (const Shape& shape : row_shapes()) {
    for (const double scale : {1.0, 30.0}) {
      CrossEntropyCase c = {
          {{shape.rows, shape.cols}}, normal_values(random, shape.rows, shape.cols, scale), {}, kIgnoredLabel};
      for (int64_t r = 0; r < shape.rows; r++) {
        c.labels.push_back(r % 3 == 1 ? kIgnoredLabel : static_cast<int32_t>(random.below(shape.cols)));
      }
      test.check(c);
    }
  }
  // Another number to ignore, which is also a class.
  test.check(CrossEntropyCase{{{3, 4}}, normal_values(random, 3, 4), {0, 2, 3}, 2});
}

}  // namespace
}  // namespace albert::test
