// convert_rows_forward.
#include <bit>

#include "base/float_mode.h"
#include "low.h"
#include "row_case.h"

namespace albert::test {
namespace {

struct ConvertCase : RowCase {
  Format format;
  Values x;
  std::vector<float> factors;  // empty = none
  bool halves = false;         // x lies in the middle between two numbers of the format, which are whole

  std::string detail() const {
    return RowCase::detail() + " " + format_name(format) + (factors.empty() ? "" : " factors");
  }
  std::string arithmetic(const Ops<float>& ops) const { return format == Format::bf16 ? bf16_arithmetic(ops) : ""; }
  // Rows read back as numbers.
  std::vector<Expected> expected() const {
    Values product = x;
    for (int64_t t = 0; t < rows; t++) {
      for (int64_t k = 0; k < cols && !factors.empty(); k++) {
        product.at(t, k) *= static_cast<double>(factors[static_cast<size_t>(k)]);
      }
    }
    Expected e;
    for (int64_t t = 0; t < rows; t++) {
      for (int64_t k = 0; k < cols; k++) {
        if (halves) {
          e.add(std::nearbyint(x.at(t, k)), 0);
          continue;
        }
        const Written written = written_in(format, product, t, k);
        e.add(written.value, 0, 0, written.rounding + std::abs(written.value) * 1e-6 + 0x1p-126);
      }
    }
    return {e};
  }

  template <class T>
  struct Bound {
    Bound(const ConvertCase& convert, const Ops<T>& table, Placement placement, int)
        : c(convert), ops(table), x(c.x, placement), place(placement) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      const uint8_t offset = ops.int8_packer.offset;
      LowRows y(c.format, rows.end - rows.begin, c.cols, offset, place);
      ops.convert_rows_forward(
          {y.template operand<T>(), rows_of(x, rows), c.factors.empty() ? nullptr : c.factors.data()}, part);
      if (!y.guards_hold()) strayed = true;
      for (int64_t r = rows.begin; r < rows.end; r++) {
        for (int64_t k = 0; k < c.cols; k++) {
          if (y.written(r - rows.begin, k)) out[0].view().row(r)[k] = static_cast<T>(y.number(r - rows.begin, k));
        }
      }
    }
    ~Bound() {
      if (strayed) fail("convert_rows_forward", "wrote outside its output in " + c.detail());
    }
    const ConvertCase& c;
    const Ops<T>& ops;
    Input<T> x;
    Placement place;
    mutable bool strayed = false;
  };
};

OP_TEST(convert_rows_forward) {
  Random random(61);
  for (const Format format : {Format::bf16, Format::int8}) {
    for (const int64_t cols : {4, 12, 16, 20, 124, 128, 132, 260, 768}) {
      for (const bool multiplied : {false, true}) {
        const int64_t rows = cols == 768 ? 2 : 1 + cols % 7;
        ConvertCase c = {{rows, cols}, format, adversarial_values(random, rows, cols), {}};
        // Room for whole vectors, of which no more than the columns may show.
        for (int64_t k = 0; multiplied && format == Format::int8 && k < (cols + 15) / 16 * 16; k++) {
          c.factors.push_back(k < cols ? static_cast<float>(0.25 + random.uniform()) : poison<float>());
        }
        test.check(c);
      }
    }
  }
  test.check(ConvertCase{{3, 256}, Format::int8, {3, 256, std::vector<double>(768, 0.0)}, {}});
  // Halves go to the even neighbour: bfloat16 has the whole numbers from 128 to 256, int8 those to 127 at that scale.
  for (const Format format : {Format::bf16, Format::int8}) {
    ConvertCase c = {{2, 124}, format, {2, 124, {}}, {}, true};
    for (int64_t i = 0; i < 2 * 124; i++) {
      const double whole = static_cast<double>(i % 124);
      c.x.data.push_back((i < 124 ? 1 : -1) * (format == Format::bf16 ? 128.5 + whole
                                               : i % 124 == 0         ? 127
                                                                      : whole + 0.5));
    }
    test.check(c);
  }
  // What is no finite number stays none, in bfloat16 alone and in int8 with its group; and numbers down to those that
  // are too small for a scale, which also meet the mode in which denormal numbers are zero (base/float_mode.h).
  for (const Format format : {Format::bf16, Format::int8}) {
    // The last of the NaNs would become -0 if it was rounded as a number is.
    for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY), -static_cast<double>(INFINITY),
                             std::bit_cast<double>(~uint64_t{0} >> 1)}) {
      for (const int64_t col : {0, 127, 130, 263}) {
        ConvertCase c = {{2, 264}, format, normal_values(random, 2, 264), {}};
        c.x.at(1, col) = bad;
        test.check(c);
      }
    }
    for (const double size : {1e-35, 1e-36, 1e-37, 1e-38, 1e-40, 1e-44}) {
      ConvertCase c = {{2, 260}, format, normal_values(random, 2, 260), {}};
      for (double& x : c.x.data) x = static_cast<double>(static_cast<float>(x * size));
      test.check(c);
      const FlushDenormals flush;
      test.check(c);
    }
  }
}

}  // namespace
}  // namespace albert::test
