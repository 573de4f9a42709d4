// attention_forward: the answer on every row; hidden rows, probabilities and company without influence on any bit.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/part.h"
#include "low.h"
#include "row_case.h"

namespace albert::test {
namespace {

enum class Hidden { none, some, left, all };

struct AttentionCase {
  int64_t heads = 1;
  int64_t head_size = 8;
  std::vector<int32_t> starts, query_starts;
  Values query, key, value;
  std::vector<uint8_t> visible;  // empty: null
  bool with_probabilities = false;
  std::vector<double> multiplier;  // empty: null
  std::vector<int64_t> probability_starts;
  int64_t probability_count = 0;
  bool low = false;                       // in bfloat16, which query, key and value hold exactly
  Format context_format = Format::plain;  // of the low form

  int64_t sequences() const { return static_cast<int64_t>(starts.size()) - 1; }
  int64_t keys(int64_t n) const { return starts[static_cast<size_t>(n + 1)] - starts[static_cast<size_t>(n)]; }
  int64_t queries(int64_t n) const {
    return query_starts[static_cast<size_t>(n + 1)] - query_starts[static_cast<size_t>(n)];
  }
  int64_t longest() const {
    int64_t most = 0;
    for (int64_t n = 0; n < sequences(); n++) most = std::max(most, keys(n));
    return most;
  }
  double scale() const {
    return static_cast<double>(static_cast<float>(1 / std::sqrt(static_cast<double>(head_size))));
  }

  std::string detail() const {
    std::string text = "A=" + std::to_string(heads) + " D=" + std::to_string(head_size) + " keys";
    for (int64_t n = 0; n < sequences(); n++) text += " " + std::to_string(keys(n));
    if (query_starts != starts) text += " pruned";
    if (low) text += std::string(" bf16 to ") + format_name(context_format);
    return text + (visible.empty() ? "" : " hidden") + (with_probabilities ? " probabilities" : "") +
           (multiplier.empty() ? "" : " dropout");
  }
  std::vector<Shape> outputs() const {
    std::vector<Shape> shapes = {{query.rows, query.cols}};
    if (with_probabilities) shapes.push_back({1, probability_count});
    return shapes;
  }
  int64_t units() const { return sequences(); }
  bool large() const { return longest() > 100; }
  std::string arithmetic(const Ops<float>& ops) const { return low ? bf16_arithmetic(ops) : ""; }
  template <class T>
  using Element = T;

  // No key visible: all are attended to.
  bool shows(int64_t n, int64_t position) const {
    return visible.empty() || uniform(n) ||
           visible[static_cast<size_t>(starts[static_cast<size_t>(n)] + position)] != 0;
  }
  bool uniform(int64_t n) const {
    return !visible.empty() &&
           std::none_of(visible.begin() + starts[static_cast<size_t>(n)],
                        visible.begin() + starts[static_cast<size_t>(n + 1)], [](uint8_t v) { return v != 0; });
  }

  // The plain formula in float64, exp(score) over the sum of exp(score): scores are small enough here.
  std::vector<Expected> expected() const {
    std::vector<Expected> e(2);
    Values context = query, units = query, approximation = query, rounding = query;
    e[1].value.assign(static_cast<size_t>(probability_count), 0);
    e[1].per_unit = e[1].approximation = e[1].value;
    for (int64_t n = 0; n < sequences(); n++) {
      for (int64_t a = 0; a < heads; a++) {
        for (int64_t q = 0; q < queries(n); q++) expect(n, a, q, context, units, approximation, rounding, e[1]);
      }
    }
    for (size_t i = 0; i < context.data.size(); i++) {
      e[0].add(context.data[i], units.data[i], approximation.data[i], low ? rounding.data[i] : 0);
    }
    if (!with_probabilities) e.pop_back();
    return e;
  }

  void expect(int64_t n, int64_t head, int64_t q, Values& context, Values& units, Values& approximation,
              Values& rounding, Expected& p) const {
    const int64_t first = starts[static_cast<size_t>(n)];
    const int64_t row = query_starts[static_cast<size_t>(n)] + q;
    const int64_t column = head * head_size;
    std::vector<double> weight(static_cast<size_t>(keys(n)), 0.0);
    double sum = 0, score_units = 0;
    for (int64_t key_row = 0; key_row < keys(n); key_row++) {
      if (!shows(n, key_row)) continue;
      double dot = 0, magnitude = 0;
      for (int64_t d = head_size - 1; d >= 0; d--) {
        const double term = query.at(row, column + d) * key.at(first + key_row, column + d);
        dot += term;
        magnitude += std::abs(term);
      }
      score_units = std::max(score_units, static_cast<double>(head_size + 4) * magnitude * scale());
      weight[static_cast<size_t>(key_row)] = uniform(n) ? 1 : std::exp(dot * scale());
      sum += weight[static_cast<size_t>(key_row)];
    }
    // A probability is off by what its score and the largest are off (exp turns absolute into relative error), the
    // roundings of the sum (four times their square root is far outside of what a right sum does), and exp itself.
    const double relative = 4 * score_units + 16 + 4 * std::sqrt(static_cast<double>(keys(n)));
    const int64_t at = probability_starts[static_cast<size_t>(n)] + (head * queries(n) + q) * keys(n);
    for (int64_t d = 0; d < head_size; d++) {
      double total = 0, magnitude = 0;
      for (int64_t k = keys(n) - 1; k >= 0; k--) {
        const double drop = multiplier.empty() ? 1 : multiplier[static_cast<size_t>(at + k)];
        const double term = weight[static_cast<size_t>(k)] / sum * drop * value.at(first + k, column + d);
        total += term;
        magnitude += std::abs(term);
      }
      context.at(row, column + d) = total;
      units.at(row, column + d) = relative * magnitude;
      approximation.at(row, column + d) = 5e-7 * magnitude;
      // Each weight is rounded to bfloat16 before it meets its value, the context after all.
      rounding.at(row, column + d) =
          0x1p-8 * 1.01 * (magnitude + (context_format == Format::bf16 ? std::abs(total) : 0)) + 0x1p-100;
    }
    for (int64_t k = 0; k < keys(n); k++) {
      const size_t i = static_cast<size_t>(at + k);
      p.value[i] = weight[static_cast<size_t>(k)] / sum;
      p.per_unit[i] = relative * p.value[i];
      p.approximation[i] = 5e-7 * p.value[i];
    }
  }

  template <class T>
  struct Bound {
    Bound(const AttentionCase& attention, const Ops<T>& table, Placement place, int part_count)
        : c(attention),
          ops(table),
          query(c.query, place),
          key(c.key, place),
          value(c.value, place),
          multiplier(c.multiplier.begin(), c.multiplier.end()),
          parts(part_count),
          scratch_bytes(
              ((c.low ? ops.attention_bf16_scratch_bytes : ops.attention_scratch_bytes)({c.longest(), c.head_size}) +
               63) /
              64 * 64),
          low_query(Format::bf16, c.query, 0, place),
          low_key(Format::bf16, c.key, 0, place),
          low_value(Format::bf16, c.value, 0, place),
          placement(place) {}

    void run(std::vector<Output<T>>& out, Range sequences, Part part) const {
      // As large as the op asked for and a guard band, poisoned anew for every part.
      const Block<T> scratch(scratch_bytes * parts / static_cast<int64_t>(sizeof(T)) + 64);
      AttentionForward<T> a;
      a.context = out[0].view();
      a.query = query.view();
      a.key = key.view();
      a.value = value.view();
      a.starts = c.starts.data() + sequences.begin;
      a.query_starts = c.query_starts.data() + sequences.begin;
      if (!c.visible.empty()) a.visible = c.visible.data();
      if (c.with_probabilities) a.probabilities = out[1].view().data;
      if (!c.multiplier.empty()) a.multiplier = multiplier.data();
      if (c.with_probabilities || !c.multiplier.empty())
        a.probability_starts = c.probability_starts.data() + sequences.begin;
      a.sequences = static_cast<int32_t>(sequences.end - sequences.begin);
      a.heads = static_cast<int32_t>(c.heads);
      a.scale = static_cast<T>(c.scale());
      a.scratch = reinterpret_cast<std::byte*>(scratch.data());
      a.scratch_bytes = scratch_bytes;
      c.low ? run_low(a, out, part) : ops.attention_forward(a, part);
      for (int64_t i = 0; i < scratch.count(); i++) {
        const int64_t owner = i * static_cast<int64_t>(sizeof(T)) / scratch_bytes;
        if (owner != part.index && !same_bits(scratch.data()[i], poison<T>())) strayed = true;
      }
    }
    void run_low(const AttentionBatch<T>& batch, std::vector<Output<T>>& out, Part part) const {
      const LowRows context(Format::bf16, c.query.rows, c.query.cols, 0, placement);
      AttentionBf16Forward<T> a;
      static_cast<AttentionBatch<T>&>(a) = batch;
      a.context = out[0].view();
      if (c.context_format == Format::bf16) a.context = context.template operand<T>();
      a.query = low_query.template operand<T>().bf16;
      a.key = low_key.template operand<T>().bf16;
      a.value = low_value.template operand<T>().bf16;
      ops.attention_bf16_forward(a, part);
      if (!context.guards_hold()) strayed = true;
      for (int64_t r = 0; r < c.query.rows && c.context_format == Format::bf16; r++) {
        for (int64_t h = 0; h < c.query.cols; h++) {
          if (context.written(r, h)) out[0].view().row(r)[h] = static_cast<T>(context.number(r, h));
        }
      }
    }
    ~Bound() {
      if (strayed) fail("attention_forward scratch", "a part wrote into the scratch of another in " + c.detail());
    }

    const AttentionCase& c;
    const Ops<T>& ops;
    Input<T> query, key, value;
    std::vector<T> multiplier;
    int parts;
    int64_t scratch_bytes;
    LowRows low_query, low_key, low_value;
    Placement placement;
    mutable bool strayed = false;
  };
};

// The same case in bfloat16.
AttentionCase in_low(AttentionCase c, Format context_format) {
  c.low = true;
  c.context_format = context_format;
  for (Values* values : {&c.query, &c.key, &c.value}) {
    for (double& x : values->data) x = in_bf16(x);
  }
  return c;
}

struct Options {
  Hidden hidden = Hidden::none;
  bool pruned = false;
  bool probabilities = false;
  bool dropout = false;
};

AttentionCase make_case(Random& random, int64_t heads, int64_t size, const std::vector<int32_t>& lengths,
                        Options options) {
  AttentionCase c;
  c.heads = heads;
  c.head_size = size;
  c.starts = c.query_starts = {0};
  for (const int32_t length : lengths) {
    c.starts.push_back(c.starts.back() + length);
    c.query_starts.push_back(c.query_starts.back() + (options.pruned ? std::min(length, 1 + length % 3) : length));
  }
  const int64_t tokens = c.starts.back(), width = heads * size;
  c.query = normal_values(random, c.query_starts.back(), width);
  c.key = normal_values(random, tokens, width);
  c.value = adversarial_values(random, tokens, width);
  if (options.hidden != Hidden::none) {
    for (int64_t n = 0; n < c.sequences(); n++) {
      for (int64_t k = 0; k < c.keys(n); k++) {
        const bool left = k < c.keys(n) / 3;
        const bool hide = options.hidden == Hidden::all    ? n % 2 == 0
                          : options.hidden == Hidden::left ? left
                                                           : random.below(3) == 0;
        c.visible.push_back(hide ? 0 : 1);
      }
    }
  }
  for (int64_t n = 0; n < c.sequences(); n++) {
    c.probability_starts.push_back(c.probability_count);
    c.probability_count += heads * c.queries(n) * c.keys(n);
  }
  c.with_probabilities = options.probabilities;
  if (options.dropout) {
    for (int64_t i = 0; i < c.probability_count; i++) c.multiplier.push_back(random.below(10) == 0 ? 0 : 1.125);
  }
  return c;
}

OP_TEST(attention_forward) {
  Random random(41);
  const std::vector<Options> options = {{},
                                        {Hidden::some, false, true, false},
                                        {Hidden::left, true, false, false},
                                        {Hidden::all, false, true, true},
                                        {Hidden::none, true, true, true}};
  // Lengths around one and two panels of 16 and 32 keys, blocks of 6 and 14 queries, and an empty sequence.
  const std::vector<std::vector<int32_t>> batches = {{1},         {2, 1},    {15, 16, 17}, {5, 6, 7, 13, 14},
                                                     {31, 1, 33}, {0, 9, 0}, {67},         {47, 48, 3}};
  size_t next = 0;
  for (const int64_t size : {1, 5, 8, 12, 16, 33, 64, 128}) {
    for (const std::vector<int32_t>& lengths : batches) {
      test.check(make_case(random, 1 + static_cast<int64_t>(next % 3), size, lengths, options[next % options.size()]));
      next++;
    }
  }
  test.check(make_case(random, 2, 64, {128, 40, 128}, {}));
  test.check(make_case(random, 1, 16, {513, 7}, {Hidden::some, true, false, false}));
  test.check(make_case(random, 1, 12, {512}, {Hidden::none, true, false, false}));
  test.check(make_case(random, 1, 8, {1040}, {Hidden::none, true, false, false}));
  test.check(make_case(random, 3, 8, {}, {}));
}

OP_TEST(attention_bf16_forward) {
  Random random(47);
  const std::vector<Options> options = {{},
                                        {Hidden::some, false, true, false},
                                        {Hidden::left, true, false, false},
                                        {Hidden::all, false, true, true},
                                        {Hidden::none, true, true, true}};
  const std::vector<std::vector<int32_t>> batches = {{1},         {2, 1},    {15, 16, 17}, {5, 6, 7, 13, 14},
                                                     {31, 1, 33}, {0, 9, 0}, {67},         {47, 48, 3}};
  size_t next = 0;
  for (const int64_t size : {2, 6, 8, 12, 16, 34, 64, 128}) {
    for (const std::vector<int32_t>& lengths : batches) {
      const AttentionCase c =
          make_case(random, 1 + static_cast<int64_t>(next % 3), size, lengths, options[next % options.size()]);
      test.check(in_low(c, next % 2 == 0 ? Format::plain : Format::bf16));
      next++;
    }
  }
  test.check(in_low(make_case(random, 2, 64, {128, 40, 128}, {}), Format::bf16));
  test.check(in_low(make_case(random, 1, 16, {513, 7}, {Hidden::some, true, false, false}), Format::plain));
  test.check(in_low(make_case(random, 1, 8, {1040}, {Hidden::none, true, false, false}), Format::bf16));
  test.check(in_low(make_case(random, 3, 8, {}, {}), Format::bf16));
}

std::vector<float> context_of(const AttentionCase& c, const Ops<float>& ops) {
  const AttentionCase::Bound<float> bound(c, ops, kAligned, 1);
  std::vector<Output<float>> out;
  for (const Shape& shape : c.outputs()) out.emplace_back(shape.rows, shape.cols, kAligned);
  bound.run(out, {0, c.sequences()}, Part{});
  std::vector<float> context;
  const Matrix<float> view = out[0].view();
  for (int64_t r = 0; r < view.rows; r++) context.insert(context.end(), view.row(r), view.row(r) + view.cols);
  return context;
}

// The same sequences after their hidden rows were taken out; queries stay.
AttentionCase without_hidden(const AttentionCase& c) {
  AttentionCase kept = c;
  kept.key.data.clear();
  kept.value.data.clear();
  kept.visible.clear();
  kept.starts = {0};
  for (int64_t n = 0; n < c.sequences(); n++) {
    for (int32_t t = c.starts[static_cast<size_t>(n)]; t < c.starts[static_cast<size_t>(n + 1)]; t++) {
      if (c.visible[static_cast<size_t>(t)] == 0) continue;
      for (int64_t h = 0; h < c.key.cols; h++) {
        kept.key.data.push_back(c.key.at(t, h));
        kept.value.data.push_back(c.value.at(t, h));
      }
      kept.key.rows = kept.value.rows = static_cast<int64_t>(kept.key.data.size()) / c.key.cols;
    }
    kept.starts.push_back(static_cast<int32_t>(kept.key.data.size() / static_cast<size_t>(c.key.cols)));
  }
  kept.key.rows = kept.value.rows = kept.starts.back();
  return kept;
}

std::string same(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
  if (a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0) return "";
  return "other bits " + what;
}

// A case in float32, and in bfloat16 to either format.
std::array<AttentionCase, 3> all_forms(const AttentionCase& c) {
  return {c, in_low(c, Format::plain), in_low(c, Format::bf16)};
}

TEST(attention_hidden_rows_leave_no_trace) {
  for (const TestRow& row : rows_under_test()) {
    Random random(43);
    std::string problem;
    for (const int64_t size : {8, 24, 64}) {
      const AttentionCase c = make_case(random, 2, size, {3, 19, 40, 64}, {Hidden::left, false, false, false});
      for (const AttentionCase& form : all_forms(c)) {
        problem += same(context_of(form, row.ops), context_of(without_hidden(form), row.ops),
                        "with hidden rows in " + form.detail());
      }
    }
    conclude("attention without its hidden rows " + row.name, problem);
  }
}

TEST(attention_probabilities_change_nothing) {
  for (const TestRow& row : rows_under_test()) {
    Random random(47);
    std::string problem;
    for (AttentionCase& c : all_forms(make_case(random, 2, 24, {3, 19, 40}, {Hidden::some, false, false, false}))) {
      const std::vector<float> alone = context_of(c, row.ops);
      c.with_probabilities = true;
      problem += same(alone, context_of(c, row.ops), "when probabilities are asked for");
      c.multiplier.assign(static_cast<size_t>(c.probability_count), 1.0);
      problem += same(alone, context_of(c, row.ops), "with multipliers of one");
    }
    conclude("attention with probabilities " + row.name, problem);
  }
}

// A NaN belongs to the sequence that has it and shows there: in a key everywhere, in a query in its row, in a value in
// its column. Rows 5 to 24 are one sequence; its first and last row are neighbours of others.
TEST(attention_passes_nan_on) {
  for (const TestRow& row : rows_under_test()) {
    Random random(53);
    std::string problem;
    for (const AttentionCase& c : all_forms(make_case(random, 1, 16, {5, 20, 7}, {}))) {
      const std::vector<float> clean = context_of(c, row.ops);
      for (const int64_t at : {5, 23, 24}) {
        for (Values AttentionCase::*const input : {&AttentionCase::query, &AttentionCase::key, &AttentionCase::value}) {
          AttentionCase bad = c;
          (bad.*input).at(at, 3) = NAN;
          const std::vector<float> hurt = context_of(bad, row.ops);
          for (int64_t i = 0; i < std::ssize(hurt); i++) {
            const int64_t token = i / 16;
            const bool shows = input == &AttentionCase::query
                                   ? token == at
                                   : token >= 5 && token < 25 && (input == &AttentionCase::key || i % 16 == 3);
            const size_t element = static_cast<size_t>(i);
            if (shows ? !std::isnan(hurt[element]) : !same_bits(hurt[element], clean[element]))
              problem = "token " + std::to_string(token) + " in " + bad.detail();
          }
        }
      }
    }
    conclude("attention with NaN " + row.name, problem);
  }
}

}  // namespace
}  // namespace albert::test
