// activation_forward: shapes and special values on every row, and the error of each approximation over all of its
// range.
#include "activation.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>

#include "row_case.h"

namespace albert::test {
namespace {

struct ActivationCase : RowCase {
  Activation kind;
  Values x;
  bool y_is_x;

  std::string detail() const {
    return std::string(activation_name(kind)) + " " + RowCase::detail() + (y_is_x ? " in place" : "");
  }
  std::vector<Expected> expected() const {
    Expected e;
    for (const double v : x.data) {
      e.add(activate_exactly(kind, v), activation_units(kind, v), activation_approximation(kind, v));
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const ActivationCase& activation, const Ops<T>& table, Placement place, int)
        : c(activation), ops(table), x(c.x, place) {}
    bool prepare(std::vector<Output<T>>& out, Range rows) const {
      if (c.y_is_x) fill(rows_of(out[0], rows), rows_of(x, rows));
      return c.y_is_x;
    }
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const Matrix<T> y = rows_of(out[0], rows);
      ops.activation_forward({y, c.y_is_x ? Matrix<const T>(y) : rows_of(x, rows), c.kind}, part);
    }
    const ActivationCase& c;
    const Ops<T>& ops;
    Input<T> x;
  };
};

// Borders of the approximations, infinities, NaN, both zeros, the largest and the smallest numbers.
Values special_values() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double largest = std::numeric_limits<float>::max();
  Values values = {1, 0, {}};
  for (const double v : {0.0,  0x1p-149, 0x1p-126, 1e-20, 0.25, 0.625, 1.0,  5.0,  5.1,     5.4, 6.0,
                         43.0, 44.0,     87.0,     88.0,  89.0, 104.0, 1e10, 1e30, largest, inf}) {
    values.data.push_back(static_cast<double>(static_cast<float>(v)));
    values.data.push_back(static_cast<double>(static_cast<float>(-v)));
  }
  values.data.push_back(nan);
  values.cols = static_cast<int64_t>(values.data.size());
  return values;
}

OP_TEST(activation_forward) {
  Random random(7);
  for (const Activation kind : kActivations) {
    for (const Shape& shape : row_shapes()) {
      ActivationCase c = {{shape.rows, shape.cols}, kind, normal_values(random, shape.rows, shape.cols, 3), false};
      test.check(c);
      c.y_is_x = true;
      test.check(c);
    }
    const Values special = special_values();
    test.check(ActivationCase{{1, special.cols}, kind, special, false});
  }
}

// Largest errors over the floats of [-range, range], every `step`-th bit pattern. `relative`: of the value.
std::string sweep(const Ops<float>& ops, Activation kind, float range, uint32_t step, double allowed, bool relative) {
  constexpr int64_t kChunk = 4096;
  std::vector<float> x(kChunk), y(kChunk);
  double worst = 0;
  float where = 0;
  const uint32_t last = std::bit_cast<uint32_t>(range);
  for (uint64_t next = 0; next <= 2 * uint64_t{last};) {
    int64_t count = 0;
    for (; count < kChunk && next <= 2 * uint64_t{last}; next += step) {
      // Even numbers are the positive floats, odd ones the negative.
      x[static_cast<size_t>(count++)] =
          std::bit_cast<float>(static_cast<uint32_t>(next >> 1) | static_cast<uint32_t>(next & 1) << 31);
    }
    ops.activation_forward({{y.data(), 1, count}, {x.data(), 1, count}, kind}, Part{});
    for (size_t i = 0; i < static_cast<size_t>(count); i++) {
      const double exact = activate_exactly(kind, static_cast<double>(x[i]));
      double error = std::abs(static_cast<double>(y[i]) - exact);
      if (relative) error /= std::max(std::abs(exact), 0x1p-100);
      if (error <= worst) continue;
      worst = error;
      where = x[i];
    }
  }
  if (worst <= allowed) return "";
  char text[160];
  std::snprintf(text, sizeof text, "%s is off by %.3g at %.9g, allowed %.3g", activation_name(kind), worst,
                static_cast<double>(where), allowed);
  return text;
}

void sweep_all(const char* name, uint32_t step) {
  for (const TestRow& row : rows_under_test()) {
    if (!row.vector) continue;
    std::string problem = sweep(row.ops, Activation::gelu, 9, step, 8.2e-7, false);
    if (problem.empty()) problem = sweep(row.ops, Activation::gelu_new, 9, step, 8.2e-7, false);
    if (problem.empty()) problem = sweep(row.ops, Activation::tanh, 20, step, 1e-6, true);
    if (problem.empty()) problem = sweep(row.ops, Activation::silu, 80, step, 1e-6, true);
    conclude(std::string(name) + " " + row.name, problem);
  }
}

// An odd step, so that both signs are met.
TEST(activation_error) { sweep_all("activation error", 1009); }

// Every float: minutes. Runs when it is asked for by name.
TEST(exhaustive_activations) { sweep_all("activation error of every float", 1); }

}  // namespace
}  // namespace albert::test
