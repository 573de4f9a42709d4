// What the tests of linear_bf16 and linear_int8 share: inputs that the format holds exactly, packing, the right answer.
#pragma once

#include <array>
#include <utility>

#include "activation.h"
#include "base/float_mode.h"
#include "low.h"
#include "ops/table.h"
#include "row_case.h"

namespace albert::test {

template <class T>
Packer packer_of(const Ops<T>& ops, Format format) {
  return format == Format::bf16 ? ops.bf16_packer : ops.int8_packer;
}

// The two pieces in which a weight is packed and unpacked, as one that is made of several tensors is.
inline std::array<Range, 2> pieces_of(int64_t outputs) { return {{{0, outputs / 2}, {outputs / 2, outputs}}}; }

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
    for (const Range piece : pieces_of(w.rows)) {
      const float* const own = scales == nullptr ? nullptr : scales + piece.begin;
      for (int part = 0; part < parts; part++) {
        pack({weight, rows_of(rows, piece), biases.data() + piece.begin, piece.begin, own, divisors},
             Part{part, parts});
      }
    }
  }
  LowPacked(const Packer& packer, Format format, int64_t outputs, int64_t inputs) {
    weight.outputs = outputs;
    weight.inputs = inputs;
    weight.panel = packer.panel;
    weight.packer = packer.name;
    weight.offset = packer.offset;
    weight.format = format;
    weight.each_array([&]<class E>(E*& array, int64_t count) {
      memory.emplace_back(count * static_cast<int64_t>(sizeof(E)), 0);
      array = reinterpret_cast<E*>(memory.back().data());
    });
  }

  PackedWeight<T> weight;
  std::vector<Block<uint8_t>> memory;
};

// unpack(pack(w)) == expected, in two pieces, three parts each.
inline std::string unpacked(const TestRow& row, const LowPacked<float>& packed, const Values& expected,
                            const Values& bias) {
  const Output<float> y(expected.rows, expected.cols, kMisaligned);
  const Output<float> b(1, expected.rows, kMisaligned);
  const auto unpack = packed.weight.format == Format::bf16 ? row.ops.linear_bf16_unpack : row.ops.linear_int8_unpack;
  for (const Range piece : pieces_of(expected.rows)) {
    float* const biases = piece.begin == 0 ? nullptr : b.view().data + piece.begin;
    for (int part = 0; part < 3; part++) {
      unpack({rows_of(y, piece), biases, packed.weight, piece.begin}, Part{part, 3});
    }
  }
  for (int64_t n = 0; n < expected.rows; n++) {
    for (int64_t k = 0; k < expected.cols; k++) {
      if (static_cast<double>(y.view().row(n)[k]) != expected.at(n, k)) return row.name + ": row " + std::to_string(n);
    }
    const bool asked = n >= expected.rows / 2;
    if (asked ? static_cast<double>(b.view().data[n]) != bias.at(0, n) : b.written(0, n)) return row.name + ": bias";
  }
  return y.guards_hold() && b.guards_hold() ? "" : row.name + " wrote outside its output";
}

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
  // int8 sums are exact, and float32 ones in one order.
  std::string arithmetic(const Ops<float>& ops) const {
    return format == Format::bf16 ? bf16_product_arithmetic(ops) : "";
  }

  // What is packed.
  Values rounded_w() const {
    if (format == Format::bf16) return rounded_to(format, w);
    Values rounded = w;
    for (int64_t n = 0; n < w.rows; n++) {
      const float scale = reference::weight_scale(w.data.data() + n * w.cols, nullptr, w.cols);
      const float over = reference::over_scale(scale);
      for (int64_t k = 0; k < w.cols; k++) {
        const int8_t q = reference::to_int8(static_cast<float>(w.at(n, k)), over);
        rounded.at(n, k) = static_cast<double>(q) * static_cast<double>(scale);
      }
    }
    return rounded;
  }

  // Roundings on the way to a sum, each at most a unit of all magnitudes (Higham, Accuracy and Stability, 3.1):
  //   bf16  products are exact, so K additions of a chain or of pairs, the bias with them
  //   int8  sums of a group are exact, and numbers that float32 holds; a multiply-add for each group, then the scale of
  //         the weight and the bias, which the reference rounds one by one
  // and one for the products of roundings.
  double roundings() const { return static_cast<double>(format == Format::bf16 ? x.cols + 1 : groups_of(x.cols) + 3); }

  std::vector<Expected> expected() const {
    const Values xs = rounded_to(format, x);
    const Values ws = rounded_w();
    Values y = {x.rows, w.rows, std::vector<double>(static_cast<size_t>(x.rows * w.rows))};
    Values units = y, approximation = y, own = y;
    const int64_t together = format == Format::bf16 ? 1 : kGroup;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        double z = bias.at(0, n);
        double magnitude = std::abs(z), terms = magnitude;
        for (int64_t first = 0; first < x.cols; first += together) {
          double sum = 0;
          for (int64_t k = first; k < std::min(first + together, x.cols); k++) {
            sum += xs.at(t, k) * ws.at(n, k);
            terms += std::abs(xs.at(t, k) * ws.at(n, k));
          }
          z += sum;
          magnitude += std::abs(sum);
        }
        y.at(t, n) = activate_exactly(kind, z);
        // No activation is steeper than 1.13 (GELU near x = 1.4).
        units.at(t, n) = 1.13 * roundings() * magnitude + activation_units(kind, z);
        const bool gelu = kind == Activation::gelu || kind == Activation::gelu_new;
        approximation.at(t, n) = gelu ? 3e-5 : activation_approximation(kind, z);
        own.at(t, n) = 1.13 * static_cast<double>(2 * x.cols + 2) * terms * 0x1p-53;  // of this sum
      }
    }
    Expected e;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        const Written written = written_in(y_format, y, t, n);
        // A sum that is a little off may also fall on the other side of a rounding.
        const double aside = y_format == Format::plain ? 0 : units.at(t, n) * 0x1p-24 + approximation.at(t, n);
        e.add(written.value, units.at(t, n), approximation.at(t, n), written.rounding + aside + own.at(t, n));
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
// depths around groups; for bfloat16 two less, which 4 does not divide.
template <class Check>
void for_each_low_case(Format format, const Check& check) {
  Random random(71);
  const int64_t less = format == Format::bf16 ? 2 : 0;
  size_t next = 0;
  const auto make = [&](int64_t t, int64_t k, int64_t n) {
    const Format y_format = kFormats[next % 3];
    const Activation kind = kActivations[next++ / 3 % std::size(kActivations)];
    return LinearLowCase{format,
                         y_format,
                         kind,
                         adversarial_values(random, t, k),
                         normal_values(random, n, k, 0.25),
                         normal_values(random, 1, n)};
  };
  const auto one = [&](int64_t t, int64_t k, int64_t n) { check(make(t, k, n)); };
  for (const int64_t t : {0, 1, 2, 3, 5, 6, 7, 8, 13, 14, 15, 29}) {
    for (const int64_t n : {1, 15, 16, 17, 31, 32, 33, 97, 127, 128, 129}) one(t, 20 - less, n);
  }
  for (const int64_t k : {4, 124, 128, 132, 256, 260}) {
    for (int repeat = 0; repeat < 3; repeat++) one(11, k - less, 35);
  }
  for (const int64_t t : {1, 2}) {
    for (int repeat = 0; repeat < 3; repeat++) one(t, 36 - less, 257);
  }
  for (const int64_t t : {131, 132, 133, 271}) one(t, 8, 18);
  one(7, 768, 257);
  one(5, 3072, 40);
  one(9, 768, 300);
  // Several tiles of registers, none of them whole, and a depth that is cut.
  one(70, 900, 34);

  // What is no finite number, in an input, a weight and a bias, and numbers too small for a scale, which also meet the
  // mode in which denormal numbers are zero (base/float_mode.h). Every format of y, every activation.
  for (size_t i = 0; i < 3 * std::size(kActivations); i++) {
    for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY), -static_cast<double>(INFINITY)}) {
      LinearLowCase c = make(3, 132, 130);
      next--;
      (i % 3 == 0 ? c.x.at(1, 130) : i % 3 == 1 ? c.w.at(1, 3) : c.bias.at(0, 129)) = bad;
      check(c);
    }
    LinearLowCase small = make(3, 132, 17);
    for (double& x : small.x.data) x = static_cast<double>(static_cast<float>(x * 1e-39));
    check(small);
    const FlushDenormals flush;
    check(small);
  }
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
