// What the tests of linear_bf16 and linear_int8 share: inputs that the format holds exactly, packing, the right answer.
#pragma once

#include <utility>

#include "activation.h"
#include "low.h"
#include "ops/table.h"
#include "row_case.h"

namespace albert::test {

template <class T>
using LowPack = void (*)(const LinearPack<T>&, Part);

template <class T>
Packer packer_of(const Ops<T>& ops, Format format) {
  return format == Format::bf16 ? ops.bf16_packer : ops.int8_packer;
}

// A weight in the packed form of a row, in memory that is exactly as large as the contract says.
template <class T>
class LowPacked {
 public:
  LowPacked(const Ops<T>& ops, Format format, const Values& w, const Values& b, const float* scales = nullptr,
            const float* divisors = nullptr, int parts = 1)
      : LowPacked(packer_of(ops, format), format, w.rows, w.cols) {
    const Input<T> rows(w, kMisaligned);
    const Input<T> biases(b, kMisaligned);
    const auto pack = format == Format::bf16 ? ops.linear_bf16_pack : ops.linear_int8_pack;
    for (int part = 0; part < parts; part++) {
      pack({weight, rows.view(), biases.data(), 0, scales, divisors}, Part{part, parts});
    }
  }
  LowPacked(const Packer& packer, Format format, int64_t outputs, int64_t inputs) {
    weight.outputs = outputs;
    weight.inputs = inputs;
    weight.panel = packer.panel;
    weight.packer = packer.name;
    weight.offset = packer.offset;
    weight.format = format;
    arena = Arena(weight.each_array([](auto*, int64_t) {}));
    weight.each_array([&]<class E>(E*& array, int64_t count) {
      array = arena.take<E>(count);
      std::fill_n(array, count, E(0));
    });
  }

  PackedWeight<T> weight;
  Arena arena;
};

struct LinearLowCase {
  Format format;
  Format y_format;
  Activation kind;
  Values x, w, bias;

  std::string detail() const {
    return std::string(format_name(format)) + " to " + format_name(y_format) + " " + activation_name(kind) +
           " T=" + std::to_string(x.rows) + " K=" + std::to_string(x.cols) + " N=" + std::to_string(w.rows);
  }
  std::vector<Shape> outputs() const { return {{x.rows, w.rows}}; }
  int64_t units() const { return x.rows; }
  bool large() const { return x.rows * x.cols * w.rows > 400'000; }
  template <class T>
  using Element = T;
  // int8 sums are exact, and float32 ones in one order; a pair of bfloat16 may be added in another way.
  bool rows_agree() const { return format == Format::int8; }

  // x as the product sees it.
  Values rounded_x() const {
    Values rounded = x;
    const LowRows rows(format, x, 128, kAligned);
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t k = 0; k < x.cols; k++) rounded.at(t, k) = rows.number(t, k);
    }
    return rounded;
  }
  Values rounded_w() const {
    Values rounded = w;
    for (int64_t n = 0; n < w.rows; n++) {
      const double* const row = w.data.data() + n * w.cols;
      const float scale = reference::weight_scale(row, nullptr, w.cols);
      for (int64_t k = 0; k < w.cols; k++) {
        const float value = static_cast<float>(w.at(n, k));
        rounded.at(n, k) = format == Format::bf16
                               ? in_bf16(w.at(n, k))
                               : static_cast<double>(reference::to_int8(value, reference::over_scale(scale))) *
                                     static_cast<double>(scale);
      }
    }
    return rounded;
  }

  std::vector<Expected> expected() const {
    const Values xs = rounded_x();
    const Values ws = rounded_w();
    Values y = {x.rows, w.rows, std::vector<double>(static_cast<size_t>(x.rows * w.rows))};
    Values units = y;
    Values approximation = y;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        double z = bias.at(0, n);
        double magnitude = std::abs(z);
        for (int64_t k = x.cols - 1; k >= 0; k--) {
          z += xs.at(t, k) * ws.at(n, k);
          magnitude += std::abs(xs.at(t, k) * ws.at(n, k));
        }
        y.at(t, n) = activate_exactly(kind, z);
        units.at(t, n) = 1.13 * 2 * static_cast<double>(x.cols + 8) * magnitude + activation_units(kind, z);
        approximation.at(t, n) = kind == Activation::linear ? 0 : std::max(3e-5, activation_approximation(kind, z));
      }
    }
    Expected e;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        const double value = y.at(t, n);
        const double wrong = units.at(t, n) * 0x1p-24 + approximation.at(t, n);
        // A sum that is a little off may also fall on the other side of a rounding.
        const double rounded =
            rounding_of(y_format, value, largest_of_group(y, t, n)) + (y_format == Format::plain ? 0 : wrong);
        e.add(value, units.at(t, n), approximation.at(t, n), rounded);
      }
    }
    return {e};
  }

  template <class T>
  struct Bound {
    Bound(const LinearLowCase& low, const Ops<T>& table, Placement placement, int)
        : c(low),
          ops(table),
          offset(ops.int8_packer.offset),
          x(c.format, c.x, offset, placement),
          packed(ops, c.format, c.w, c.bias),
          place(placement) {}

    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const int64_t count = rows.end - rows.begin;
      LinearLowForward<T> args = {rows_of(out[0], rows), x.template operand<T>().slice(rows.begin, count),
                                  packed.weight, c.kind};
      const LowRows y(c.y_format == Format::plain ? Format::bf16 : c.y_format, count, c.w.rows, offset, place);
      if (c.y_format != Format::plain) args.y = y.template operand<T>();
      (c.format == Format::bf16 ? ops.linear_bf16_forward : ops.linear_int8_forward)(args, part);
      if (!y.guards_hold()) strayed = true;
      for (int64_t r = 0; r < count && c.y_format != Format::plain; r++) {
        for (int64_t n = 0; n < c.w.rows; n++) {
          if (y.written(r, n)) out[0].view().row(rows.begin + r)[n] = static_cast<T>(y.number(r, n));
        }
      }
    }
    ~Bound() {
      if (strayed) fail("linear of a low precision", "wrote outside its output in " + c.detail());
    }

    const LinearLowCase& c;
    const Ops<T>& ops;
    uint8_t offset;
    LowRows x;
    LowPacked<T> packed;
    Placement place;
    mutable bool strayed = false;
  };
};

// Rows around the tile heights (6, 7 and 14) and the block (132), columns around panels (16, 32) and groups (128),
// depths around groups.
template <class Check>
void for_each_low_case(Format format, const Check& check) {
  Random random(71);
  constexpr Format kFormats[] = {Format::plain, Format::bf16, Format::int8};
  size_t next = 0;
  const auto one = [&](int64_t t, int64_t k, int64_t n) {
    const Format y_format = kFormats[next % 3];
    const Activation kind = kActivations[next++ % std::size(kActivations)];
    check(LinearLowCase{format, y_format, kind, adversarial_values(random, t, k), normal_values(random, n, k, 0.25),
                        normal_values(random, 1, n)});
  };
  for (const int64_t t : {0, 1, 2, 3, 5, 6, 7, 8, 13, 14, 15, 29}) {
    for (const int64_t n : {1, 15, 16, 17, 31, 32, 33, 97, 127, 128, 129}) one(t, 20, n);
  }
  for (const int64_t k : {4, 124, 128, 132, 256, 260}) {
    for (int repeat = 0; repeat < 3; repeat++) one(11, k, 35);
  }
  for (const int64_t t : {131, 132, 133, 271}) one(t, 8, 18);
  one(7, 768, 257);
  one(5, 3072, 40);
  one(9, 768, 300);
}

// An output in a low precision has the bits of the plain one, converted afterwards.
inline std::string composed(const TestRow& row, Format format, Format y_format, Activation kind) {
  Random random(73);
  const LinearLowCase c = {format,
                           y_format,
                           kind,
                           normal_values(random, 15, 260),
                           normal_values(random, 161, 260, 0.1),
                           normal_values(random, 1, 161)};
  const uint8_t offset = row.ops.int8_packer.offset;
  const LowRows x(format, c.x, offset, kAligned);
  const LowPacked<float> packed(row.ops, format, c.w, c.bias);
  const auto forward = format == Format::bf16 ? row.ops.linear_bf16_forward : row.ops.linear_int8_forward;
  const LowRows fused(y_format, 15, 161, offset, kAligned);
  forward({fused.operand<float>(), x.operand<float>(), packed.weight, kind}, Part{});
  const Output<float> plain(15, 161, kAligned);
  forward({plain.view(), x.operand<float>(), packed.weight, kind}, Part{});
  const LowRows after(y_format, 15, 161, offset, kAligned);
  row.ops.convert_rows_forward({after.operand<float>(), plain.view()}, Part{});
  for (int64_t r = 0; r < 15; r++) {
    for (int64_t n = 0; n < 161; n++) {
      if (!same_bits(fused.number(r, n), after.number(r, n)))
        return "other bits than the product and convert_rows in " + c.detail();
    }
  }
  return "";
}

}  // namespace albert::test
