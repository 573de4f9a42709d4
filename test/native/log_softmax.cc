// log_softmax_forward.
#include <algorithm>

#include "row_case.h"

namespace albert::test {
namespace {

struct LogSoftmaxCase : RowCase {
  Values x, hidden;
  bool with_hidden;
  bool y_is_x;

  std::string detail() const {
    return RowCase::detail() + (with_hidden ? " hidden" : "") + (y_is_x ? " in place" : "");
  }

  // y = -log(sum of exp(z[i] - z[c])), over the entries that are not far below z[c].
  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t r = 0; r < rows; r++) {
      const auto z = [&](int64_t c) {
        const double h = with_hidden ? hidden.at(r, c) : 0;
        return x.at(r, c) * (1 - h) - 1e30 * h;
      };
      double largest = -INFINITY, sum = 0;
      for (int64_t c = 0; c < cols; c++) largest = std::max(largest, z(c));
      for (int64_t c = cols - 1; c >= 0; c--) sum += std::exp(z(c) - largest);
      for (int64_t c = 0; c < cols; c++) {
        const double y = -(std::log(sum) - (z(c) - largest));
        e.add(y, 8 * (std::abs(y) + std::abs(largest) + std::abs(z(c))));
      }
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const LogSoftmaxCase& softmax, const Ops<T>& table, Placement place, int)
        : c(softmax), ops(table), x(c.x, place), hidden(c.hidden, place) {}
    bool prepare(std::vector<Output<T>>& out, Range rows) const {
      if (c.y_is_x) fill(rows_of(out[0], rows), rows_of(x, rows));
      return c.y_is_x;
    }
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const Matrix<T> y = rows_of(out[0], rows);
      LogSoftmaxForward<T> args = {y, c.y_is_x ? Matrix<const T>(y) : rows_of(x, rows), {}};
      if (c.with_hidden) args.hidden = rows_of(hidden, rows);
      ops.log_softmax_forward(args, part);
    }
    const LogSoftmaxCase& c;
    const Ops<T>& ops;
    Input<T> x, hidden;
  };
};

OP_TEST(log_softmax_forward) {
  Random random(37);
  for (const Shape& shape : row_shapes()) {
    Values hidden = normal_values(random, shape.rows, shape.cols);
    for (double& h : hidden.data) h = h > 0.5 ? 1 : 0;
    for (const bool with_hidden : {false, true}) {
      for (const bool y_is_x : {false, true}) {
        test.check(LogSoftmaxCase{
            {shape.rows, shape.cols}, normal_values(random, shape.rows, shape.cols, 10), hidden, with_hidden, y_is_x});
      }
    }
  }
  // Every entry hidden: an even distribution.
  Values all = {2, 33, std::vector<double>(66, 1.0)};
  test.check(LogSoftmaxCase{{2, 33}, normal_values(random, 2, 33), all, true, false});
}

}  // namespace
}  // namespace albert::test
