// layer_norm_forward.
#include <algorithm>

#include "row_case.h"

namespace albert::test {
namespace {

enum class Alias { none, y_is_x, y_is_r };

struct LayerNormCase : RowCase {
  Values x, r, gain, bias;
  bool residual;
  Alias alias = Alias::none;
  double eps = 1e-12;

  std::string detail() const {
    return RowCase::detail() + (residual ? " residual" : "") + (alias == Alias::y_is_x ? " y=x" : "") +
           (alias == Alias::y_is_r ? " y=r" : "");
  }
  bool large() const { return cols > 500; }

  std::vector<Expected> expected() const {
    Expected e;
    const double width = static_cast<double>(cols);
    for (int64_t t = 0; t < rows; t++) {
      const auto s = [&](int64_t h) { return x.at(t, h) + (residual ? r.at(t, h) : 0); };
      double mean = 0, variance = 0, largest = 0;
      for (int64_t h = cols - 1; h >= 0; h--) mean += s(h) / width;
      for (int64_t h = cols - 1; h >= 0; h--) {
        variance += (s(h) - mean) * (s(h) - mean) / width;
        largest = std::max(largest, std::abs(s(h)));
      }
      const double deviation = std::sqrt(variance + eps);
      // The mean is off by some roundings of the largest value, and is divided by the deviation. A sum of n terms is
      // off by about sqrt(n) roundings; 4 sqrt(n) is far outside of what a right sum does.
      const double roundings = 8 + 4 * std::sqrt(width);
      for (int64_t h = 0; h < cols; h++) {
        const double normal = (s(h) - mean) / deviation;
        const double y = normal * gain.at(0, h) + bias.at(0, h);
        e.add(y, roundings * std::abs(gain.at(0, h)) * (largest / deviation + std::abs(normal)) +
                     4 * (std::abs(y) + std::abs(bias.at(0, h))));
      }
    }
    return {e};
  }

  template <class T>
  struct Bound {
    Bound(const LayerNormCase& norm, const Ops<T>& table, Placement place, int)
        : c(norm), ops(table), x(c.x, place), r(c.r, place), gain(c.gain, place), bias(c.bias, place) {}
    bool prepare(std::vector<Output<T>>& out, Range rows) const {
      if (c.alias == Alias::y_is_x) fill(rows_of(out[0], rows), rows_of(x, rows));
      if (c.alias == Alias::y_is_r) fill(rows_of(out[0], rows), rows_of(r, rows));
      return c.alias != Alias::none;
    }
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const Matrix<T> y = rows_of(out[0], rows);
      LayerNormForward<T> args = {y, rows_of(x, rows), {}, gain.data(), bias.data(), static_cast<T>(c.eps)};
      if (c.residual) args.r = rows_of(r, rows);
      if (c.alias == Alias::y_is_x) args.x = y;
      if (c.alias == Alias::y_is_r) args.r = y;
      ops.layer_norm_forward(args, part);
    }
    const LayerNormCase& c;
    const Ops<T>& ops;
    Input<T> x, r, gain, bias;
  };
};

OP_TEST(layer_norm_forward) {
  Random random(11);
  std::vector<Shape> shapes = row_shapes();
  shapes.push_back({3, 768});
  shapes.push_back({2, 4096});
  for (const Shape& shape : shapes) {
    const auto [rows, cols] = shape;
    for (const bool residual : {false, true}) {
      for (const Alias alias : {Alias::none, Alias::y_is_x, Alias::y_is_r}) {
        if (alias == Alias::y_is_r && !residual) continue;
        test.check(LayerNormCase{{rows, cols},
                                 adversarial_values(random, rows, cols),
                                 normal_values(random, rows, cols),
                                 normal_values(random, 1, cols),
                                 normal_values(random, 1, cols),
                                 residual,
                                 alias});
      }
    }
  }
  // A constant row has no deviation but eps: 1 / 1e-6. With numbers that sum exactly it gives the bias alone.
  Values constant = {2, 48, std::vector<double>(96, 3.0)};
  test.check(
      LayerNormCase{{2, 48}, constant, constant, normal_values(random, 1, 48), normal_values(random, 1, 48), false});
}

}  // namespace
}  // namespace albert::test
