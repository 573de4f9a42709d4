// What the tests of linear and linear_activation share: inputs, packing, sizes.
#pragma once

#include <array>
#include <utility>

#include "memory.h"
#include "op_test.h"
#include "random.h"

namespace albert::test {

// A weight in the packed form of `packer`, in memory that is exactly as large as the contract says.
template <class T>
struct Packed {
  Packed(const Ops<T>& ops, Packer packer, const Values& w, const Values& b, Placement place, int64_t first = 0)
      : data(size(packer, first + w.rows) * w.cols), bias(size(packer, first + w.rows)) {
    weight = {data.data(), bias.data(), first + w.rows, w.cols, packer.panel, packer.name};
    std::fill_n(data.data(), data.count(), T(0));
    std::fill_n(bias.data(), bias.count(), T(0));
    const Input<T> rows(w, place);
    const Input<T> biases(b, place);
    ops.linear_pack({weight, rows.view(), biases.data(), first}, Part{});
  }
  static int64_t size(Packer packer, int64_t outputs) {
    return (outputs + packer.panel - 1) / packer.panel * packer.panel;
  }

  Block<T> data;
  Block<T> bias;
  PackedWeight<T> weight;
};

struct LinearInputs {
  LinearInputs(Values x_, Values w_, Values bias_) : x(std::move(x_)), w(std::move(w_)), bias(std::move(bias_)) {}

  std::string detail() const {
    return "T=" + std::to_string(x.rows) + " K=" + std::to_string(x.cols) + " N=" + std::to_string(w.rows);
  }
  std::vector<Shape> outputs() const { return {{x.rows, w.rows}}; }
  int64_t units() const { return x.rows; }
  bool large() const { return x.cols * w.rows > 100'000; }
  template <class T>
  using Element = T;

  // The sum and the sum of magnitudes, from the last k to the first: another order than any row of the table.
  std::pair<double, double> sum(int64_t t, int64_t n) const {
    double value = bias.at(0, n);
    double magnitude = std::abs(value);
    for (int64_t k = x.cols - 1; k >= 0; k--) {
      value += x.at(t, k) * w.at(n, k);
      magnitude += std::abs(x.at(t, k) * w.at(n, k));
    }
    return {value, magnitude};
  }
  // (K + 4) 2^-24 sum |x| |w|: a chain of K additions, each rounding once (Higham, Accuracy and Stability, 3.1). Twice
  // that, because the expected sum rounds too.
  double roundings() const { return 2 * static_cast<double>(x.cols + 4); }

  Values x, w, bias;
};

template <class T>
struct LinearBound {
  LinearBound(const LinearInputs& inputs, const Ops<T>& table, Placement place, int)
      : ops(table), x(inputs.x, place), packed(ops, ops.packer, inputs.w, inputs.bias, place) {}

  const Ops<T>& ops;
  Input<T> x;
  Packed<T> packed;
};

// Rows around the tile heights (6 and 14) and the block (132), columns around the panels (16 and 32), any depth.
template <class Check>
void for_each_linear_case(const Check& check) {
  Random random(3);
  const auto one = [&](int64_t t, int64_t k, int64_t n) {
    check(adversarial_values(random, t, k), normal_values(random, n, k, 0.25), normal_values(random, 1, n));
  };
  for (const int64_t t : {0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 29}) {
    for (const int64_t n : {1, 15, 16, 17, 31, 32, 33, 97, 113}) one(t, 19, n);
  }
  for (const int64_t k : {1, 2, 15, 16, 17, 127}) one(11, k, 35);
  for (const int64_t t : {131, 132, 133, 271}) one(t, 5, 18);
  one(7, 768, 3072);
}

}  // namespace albert::test
