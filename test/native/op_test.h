// Walks the cases of one op over every row of the table. A case owns its inputs and knows the right answer; this file
// knows what every op owes:
//   - the answer, within the case's tolerance, and nothing touched outside the outputs
//   - the same bits wherever the data lies, for 1 to 16 parts, and no element written twice
//   - the same bits for each row alone and in company, and from every vector row
//
// A case has
//   std::string detail() const                 what to print when it fails
//   std::vector<Shape> outputs() const
//   std::vector<Expected> expected() const     one for each output
//   int64_t units() const                      rows or sequences that must not know of each other
//   bool large() const                         fewer repetitions
//   template <class T> using Element           T, or double for losses
//   template <class T> struct Bound            the inputs in memory: Bound(case, ops, placement, parts)
//     void run(outputs, units, part) const
//     bool prepare(outputs, units) const       optional, for an alias: puts inputs into outputs, if the case has one
//   std::string arithmetic(ops) const          optional: vector rows that answer alike promise each other's bits;
//                                              without it all do
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/part.h"
#include "cpu/rows.h"
#include "harness.h"
#include "memory.h"
#include "rows_under_test.h"

namespace albert::test {

struct Shape {
  int64_t rows = 0;
  int64_t cols = 0;
};

// The right answer, computed by the test in float64 by another formula than the reference's where there is one.
// Allowed error: per_unit times the unit roundoff (2^-24, 2^-53), and `approximation` in rows that use polynomials.
struct Expected {
  std::vector<double> value;
  std::vector<double> per_unit;
  std::vector<double> approximation;  // empty = none
  std::vector<double> rounding;       // of an output that is rounded to a format, in every row; empty = none

  void add(double v, double units, double approximate = 0, double rounded = 0) {
    value.push_back(v);
    per_unit.push_back(units);
    approximation.push_back(approximate);
    rounding.push_back(rounded);
  }
};

// An expected value that means: the op must leave this element alone.
inline constexpr double kUntouched = -1.23456789e300;

template <class E>
using Results = std::vector<std::vector<E>>;

class OpTest {
 public:
  explicit OpTest(std::string op) : op_(std::move(op)) {
    names_.push_back("float64 reference");
    for (const TestRow& row : rows_under_test()) names_.push_back(row.name);
    problems_.resize(names_.size());
  }

  template <class Case>
  void check(const Case& c) {
    cases_++;
    const std::vector<Expected> expected = c.expected();
    note(0, c, check_row<double>(c, cpu::double_ops(), false, expected).problem);
    std::map<std::string, const Results<typename Case::template Element<float>>*> first;
    std::vector<Outcome<typename Case::template Element<float>>> outcomes(rows_under_test().size());
    for (size_t i = 0; i < rows_under_test().size(); i++) {
      const TestRow& row = rows_under_test()[i];
      outcomes[i] = check_row<float>(c, row.ops, row.vector, expected);
      if (row.vector) {
        const auto [kin, is_first] = first.try_emplace(arithmetic(c, row.ops), &outcomes[i].results);
        if (!is_first && outcomes[i].problem.empty()) {
          outcomes[i].problem = compare_bits(*kin->second, outcomes[i].results, "another vector row");
        }
      }
      note(i + 1, c, outcomes[i].problem);
    }
  }

  void conclude() const {
    for (size_t i = 0; i < names_.size(); i++) test::conclude(op_ + " " + names_[i], problems_[i]);
    if (cases_ == 0) fail(op_, "has no cases");
  }

 private:
  template <class E>
  struct Outcome {
    Results<E> results;
    std::string problem;
  };

  template <class Case>
  static std::string arithmetic(const Case& c, const Ops<float>& ops) {
    if constexpr (requires { c.arithmetic(ops); }) return c.arithmetic(ops);
    return "";
  }

  template <class Case>
  void note(size_t row, const Case& c, const std::string& problem) {
    if (problems_[row].empty() && !problem.empty()) problems_[row] = c.detail() + ": " + problem;
  }

  template <class T, class Case>
  static auto check_row(const Case& c, const Ops<T>& ops, bool vector, const std::vector<Expected>& expected) {
    using E = typename Case::template Element<T>;
    Outcome<E> outcome;
    std::string& problem = outcome.problem;
    outcome.results = run<T>(c, ops, kAligned, 1, c.units(), problem);
    if (problem.empty()) problem = compare(outcome.results, expected, vector, sizeof(T) == 4 ? 0x1p-24 : 0x1p-53);
    const auto again = [&](Placement place, int parts, int64_t together, const char* what) {
      if (!problem.empty()) return;
      const Results<E> results = run<T>(c, ops, place, parts, together, problem);
      if (problem.empty()) problem = compare_bits(outcome.results, results, what);
    };
    for (const Placement place : kPlacements) {
      for (const int parts : {1, 2, 3, 4, 7, 16}) {
        if (!c.large() || parts < 3) again(place, parts, c.units(), "another placement or number of parts");
      }
    }
    again(kAligned, 1, 1, "each unit alone");
    if (!c.large()) again(kMisaligned, 1, 5, "units in fives");
    return outcome;
  }

  // Runs the op over all units, `together` of them at a time, each run cut into parts.
  template <class T, class Case>
  static auto run(const Case& c, const Ops<T>& ops, Placement place, int parts, int64_t together,
                  std::string& problem) {
    using E = typename Case::template Element<T>;
    const typename Case::template Bound<T> bound(c, ops, place, parts);
    Results<E> results;
    for (const Shape& s : c.outputs()) results.emplace_back(static_cast<size_t>(s.rows * s.cols), poison<E>());
    const auto fresh = [&] {
      std::vector<Output<E>> outputs;
      for (const Shape& s : c.outputs()) outputs.emplace_back(s.rows, s.cols, place);
      return outputs;
    };
    for (int64_t first = 0; first < c.units(); first += together) {
      const Range units = {first, std::min(first + together, c.units())};
      std::vector<Output<E>> shared = fresh();
      if (holds_inputs(bound, shared, units)) {
        for (int part = 0; part < parts; part++) bound.run(shared, units, Part{part, parts});
        collect(shared, results, problem);
        continue;
      }
      // Each part into memory of its own: an element that two of them write would be a race between threads.
      for (int part = 0; part < parts; part++) {
        std::vector<Output<E>> own = fresh();
        bound.run(own, units, Part{part, parts});
        collect(own, results, problem);
      }
    }
    return results;
  }

  template <class Bound, class Outputs>
  static bool holds_inputs(const Bound& bound, Outputs& outputs, Range units) {
    if constexpr (requires { bound.prepare(outputs, units); }) return bound.prepare(outputs, units);
    return false;
  }

  // Takes over what was written.
  template <class E>
  static void collect(const std::vector<Output<E>>& outputs, Results<E>& results, std::string& problem) {
    for (size_t o = 0; o < outputs.size(); o++) {
      if (!outputs[o].guards_hold()) problem = "wrote outside its output";
      const Matrix<E> view = outputs[o].view();
      for (int64_t r = 0; r < view.rows; r++) {
        for (int64_t col = 0; col < view.cols; col++) {
          if (!outputs[o].written(r, col)) continue;
          E& value = results[o][static_cast<size_t>(r * view.cols + col)];
          if (!same_bits(value, poison<E>())) problem = "two parts wrote one element";
          value = view.row(r)[col];
        }
      }
    }
  }

  template <class E>
  static std::string compare(const Results<E>& results, const std::vector<Expected>& expected, bool vector,
                             double unit) {
    for (size_t o = 0; o < expected.size(); o++) {
      const Expected& e = expected[o];
      if (results[o].size() != e.value.size()) return "the test expects another shape";
      for (size_t i = 0; i < e.value.size(); i++) {
        const std::string at = "output " + std::to_string(o) + " element " + std::to_string(i) + " ";
        const double got = static_cast<double>(results[o][i]);
        if (same_bits(results[o][i], poison<E>())) {
          if (e.value[i] != kUntouched) return at + "was not written";
          continue;
        }
        // Below the smallest normal float anything may have been flushed to zero.
        const double allowed = e.per_unit[i] * unit + (vector ? e.approximation[i] : 0) +
                               (e.rounding.empty() ? 0 : e.rounding[i]) + (sizeof(E) == 4 ? 0x1p-126 : 0);
        const bool right = std::isnan(e.value[i])   ? std::isnan(got)
                           : std::isinf(e.value[i]) ? got == e.value[i]
                                                    : std::abs(got - e.value[i]) <= allowed;
        if (!right) {
          char text[160];
          std::snprintf(text, sizeof text, "is %.9g, not %.9g (allowed error %.3g)", got, e.value[i], allowed);
          return at + text;
        }
      }
    }
    return "";
  }

  template <class E>
  static std::string compare_bits(const Results<E>& a, const Results<E>& b, const char* what) {
    for (size_t o = 0; o < a.size(); o++) {
      for (size_t i = 0; i < a[o].size(); i++) {
        const bool both_nan = std::isnan(a[o][i]) && std::isnan(b[o][i]) && !same_bits(b[o][i], poison<E>());
        if (both_nan || same_bits(a[o][i], b[o][i])) continue;
        char text[160];
        std::snprintf(text, sizeof text, "%.9g and %.9g", static_cast<double>(a[o][i]), static_cast<double>(b[o][i]));
        return std::string("other bits (") + what + "): output " + std::to_string(o) + " element " + std::to_string(i) +
               ", " + text;
      }
    }
    return "";
  }

  std::string op_;
  std::vector<std::string> names_;
  std::vector<std::string> problems_;
  int cases_ = 0;
};

}  // namespace albert::test

// The test of one line of ops.def: OP_TEST(layer_norm_forward) { test.check(…); }
#define OP_TEST(op)                                     \
  static void op_test_##op(albert::test::OpTest& test); \
  TEST(op) {                                            \
    albert::test::OpTest test(#op);                     \
    op_test_##op(test);                                 \
    test.conclude();                                    \
  }                                                     \
  static void op_test_##op(albert::test::OpTest& test)
