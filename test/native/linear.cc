// linear_pack, linear_unpack, linear_forward.
#include "linear.h"

#include <algorithm>

#include "row_case.h"

namespace albert::test {
namespace {

// Packed by whatever packer the row has; the layout is checked against the contract's formula.
struct PackCase {
  int64_t outputs_count, inputs, first_output;
  Values w, bias;
  bool with_bias;
  int64_t panel = 1;

  std::string detail() const {
    return "N=" + std::to_string(outputs_count) + " K=" + std::to_string(inputs) + " panel=" + std::to_string(panel) +
           " first=" + std::to_string(first_output);
  }
  int64_t panels() const { return (outputs_count + panel - 1) / panel; }
  std::vector<Shape> outputs() const { return {{1, panels() * inputs * panel}, {1, panels() * panel}}; }
  std::vector<Expected> expected() const {
    std::vector<Expected> both(2);
    for (int64_t p = 0; p < panels(); p++) {
      for (int64_t k = 0; k < inputs; k++) {
        for (int64_t column = 0; column < panel; column++) {
          const int64_t row = p * panel + column - first_output;
          both[0].add(row >= 0 && row < w.rows ? w.at(row, k) : kUntouched, 0);
        }
      }
    }
    for (int64_t n = 0; n < panels() * panel; n++) {
      const int64_t row = n - first_output;
      both[1].add(row >= 0 && row < w.rows ? (with_bias ? bias.at(0, row) : 0) : kUntouched, 0);
    }
    return both;
  }
  int64_t units() const { return w.rows; }
  bool large() const { return false; }
  template <class T>
  using Element = T;
  template <class T>
  struct Bound {
    Bound(const PackCase& pack, const Ops<T>& table, Placement place, int)
        : c(pack), ops(table), w(c.w, place), bias(c.bias, place) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const PackedWeight<T> packed = {
          out[0].view().data, out[1].view().data, c.outputs_count, c.inputs, c.panel, "test"};
      const Matrix<const T> own = {w.view().row(rows.begin), rows.end - rows.begin, c.inputs, w.view().stride};
      ops.linear_pack({packed, own, c.with_bias ? bias.data() + rows.begin : nullptr, c.first_output + rows.begin},
                      part);
    }
    const PackCase& c;
    const Ops<T>& ops;
    Input<T> w, bias;
  };
};

// unpack(pack(w)) == w, for every panel.
struct UnpackCase {
  int64_t inputs, first_output, panel;
  Values w, bias;
  bool with_bias;

  std::string detail() const {
    return "rows=" + std::to_string(w.rows) + " K=" + std::to_string(inputs) + " panel=" + std::to_string(panel);
  }
  std::vector<Shape> outputs() const { return {{w.rows, inputs}, {1, w.rows}}; }
  std::vector<Expected> expected() const {
    std::vector<Expected> both(2);
    for (const double x : w.data) both[0].add(x, 0);
    for (const double x : bias.data) both[1].add(with_bias ? x : kUntouched, 0);
    return both;
  }
  int64_t units() const { return w.rows; }
  bool large() const { return false; }
  template <class T>
  using Element = T;
  template <class T>
  struct Bound {
    Bound(const UnpackCase& unpack, const Ops<T>& table, Placement place, int)
        : c(unpack), ops(table), packed(ops, {"test", c.panel}, c.w, c.bias, place, c.first_output) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      T* const biases = c.with_bias ? out[1].view().data + rows.begin : nullptr;
      ops.linear_unpack({rows_of(out[0], rows), biases, packed.weight, c.first_output + rows.begin}, part);
    }
    const UnpackCase& c;
    const Ops<T>& ops;
    Packed<T> packed;
  };
};

OP_TEST(linear_pack) {
  Random random(1);
  for (const int64_t panel : {1, 16, 32}) {
    for (const auto& [n, k, first, rows] : std::vector<std::array<int64_t, 4>>{
             {1, 1, 0, 1}, {17, 5, 0, 17}, {31, 3, 0, 31}, {33, 2, 16, 17}, {48, 7, 7, 20}, {5, 3, 2, 0}}) {
      test.check(
          PackCase{n, k, first, normal_values(random, rows, k), normal_values(random, 1, rows), rows % 2 == 1, panel});
    }
  }
}

OP_TEST(linear_unpack) {
  Random random(2);
  for (const int64_t panel : {1, 16, 32}) {
    for (const int64_t rows : {0, 1, 15, 16, 17, 33}) {
      for (const int64_t k : {1, 7, 64}) {
        test.check(UnpackCase{k, 3, panel, normal_values(random, rows, k), normal_values(random, 1, rows), rows != 16});
      }
    }
  }
}

struct LinearCase : LinearInputs {
  using LinearInputs::LinearInputs;

  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        const auto [value, magnitude] = sum(t, n);
        e.add(value, roundings() * magnitude);
      }
    }
    return {e};
  }
  template <class T>
  struct Bound : LinearBound<T> {
    using LinearBound<T>::LinearBound;
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      this->ops.linear_forward({rows_of(out[0], rows), rows_of(this->x, rows), this->packed.weight}, part);
    }
  };
};

OP_TEST(linear_forward) {
  for_each_linear_case([&](auto&&... inputs) { test.check(LinearCase(inputs...)); });
}

}  // namespace
}  // namespace albert::test
