// linear_int8_pack, linear_int8_unpack, linear_int8_forward.
#include "linear_low.h"

namespace albert::test {
namespace {

// Every weight as q times the scale of its output, scales and divisors chosen or given, and the corrections of the
// offset.
TEST(linear_int8_pack) {
  std::string problem;
  for (const TestRow& row : rows_under_test()) {
    Random random(79);
    const Values w = normal_values(random, 35, 132);
    const Values bias = normal_values(random, 1, 35);
    std::vector<float> scales, divisors;
    for (int n = 0; n < 35; n++) scales.push_back(static_cast<float>(0.02 + random.uniform() / 8));
    for (int k = 0; k < 132; k++) divisors.push_back(static_cast<float>(0.5 + random.uniform()));
    for (const auto& [scaled, divided] :
         {std::pair{false, false}, std::pair{true, false}, std::pair{false, true}, std::pair{true, true}}) {
      const LowPacked<float> packed(row.ops, Format::int8, w, bias, scaled ? scales.data() : nullptr,
                                    divided ? divisors.data() : nullptr, 3);
      const PackedWeight<float>& p = packed.weight;
      const auto value = [&, by = divided](int64_t n, int64_t k) {
        return w.at(n, k) * (by ? static_cast<double>(divisors[static_cast<size_t>(k)]) : 1);
      };
      for (int64_t n = 0; n < 35; n++) {
        double largest = 0;
        for (int64_t k = 0; k < 132; k++) largest = std::max(largest, std::abs(value(n, k)));
        const double scale = scaled ? static_cast<double>(scales[static_cast<size_t>(n)]) : largest / 127;
        if (std::abs(static_cast<double>(p.scales[n]) - scale) > 1e-6 * scale) problem = row.name + ": scale";
        int64_t sums[2] = {};
        for (int64_t k = 0; k < 132; k++) {
          const int q = p.int8[(n / p.panel * 33 + k / 4) * 4 * p.panel + n % p.panel * 4 + k % 4];
          const double limited = std::clamp(value(n, k) / scale, -127.0, 127.0);
          if (std::abs(q - limited) > 0.5001)
            problem = row.name + ": row " + std::to_string(n) + " column " + std::to_string(k);
          sums[k / kGroup] += q;
        }
        for (int64_t g = 0; g < 2; g++) {
          if (p.corrections[(n / p.panel * 2 + g) * p.panel + n % p.panel] != -p.offset * sums[g])
            problem = row.name + ": correction";
        }
        if (static_cast<double>(p.bias[n]) != bias.at(0, n)) problem = row.name + ": bias";
      }
    }
    Values bad = w;
    bad.at(3, 7) = NAN;
    const LowPacked<float> packed(row.ops, Format::int8, bad, bias);
    if (!std::isnan(packed.weight.scales[3])) problem = row.name + " hides a weight that is no number";
  }
  conclude("linear_int8_pack", problem);
}

// Whole multiples of given scales come back to the bit.
TEST(linear_int8_unpack) {
  std::string problem;
  for (const TestRow& row : rows_under_test()) {
    Random random(83);
    Values w = normal_values(random, 35, 12);
    std::vector<float> scales;
    for (int64_t n = 0; n < 35; n++) {
      scales.push_back(static_cast<float>(0.01 + random.uniform()));
      for (int64_t k = 0; k < 12; k++) {
        w.at(n, k) = static_cast<double>(static_cast<float>(random.below(255) - 127) * scales.back());
      }
    }
    const Values bias = normal_values(random, 1, 35);
    problem += unpacked(row, LowPacked<float>(row.ops, Format::int8, w, bias, scales.data()), w, bias);
  }
  conclude("linear_int8_unpack", problem);
}

OP_TEST(linear_int8_forward) {
  for_each_low_case(Format::int8, [&](const LinearLowCase& c) { test.check(c); });
}

TEST(linear_int8_is_its_composition) {
  for (const TestRow& row : rows_under_test()) {
    std::string problem;
    for (const Activation kind : kActivations) {
      for (const Format y : {Format::bf16, Format::int8}) problem += composed(row, Format::int8, y, kind);
    }
    conclude("linear_int8 is its composition " + row.name, problem);
  }
}

}  // namespace
}  // namespace albert::test
