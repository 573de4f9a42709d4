// linear_bf16_pack, linear_bf16_unpack, linear_bf16_forward.
#include "linear_low.h"

namespace albert::test {
namespace {

// Every element where the contract says, zeros beyond the outputs, and back again.
TEST(linear_bf16_pack) {
  std::string problem;
  for (const TestRow& row : rows_under_test()) {
    Random random(79);
    for (const int64_t n : {1, 15, 33, 64}) {
      const Values w = adversarial_values(random, n, 6);
      const Values bias = normal_values(random, 1, n);
      for (const int parts : {1, 3}) {
        const LowPacked<float> packed(row.ops, Format::bf16, w, bias, nullptr, nullptr, parts);
        const int64_t panel = packed.weight.panel;
        for (int64_t i = 0; i < packed.weight.data_size(); i++) {
          const int64_t output = i / (6 * panel) * panel + i % (2 * panel) / 2;
          const int64_t k = i % (6 * panel) / (2 * panel) * 2 + i % 2;
          const double expected = output < n ? in_bf16(w.at(output, k)) : 0;
          if (!same_bits(static_cast<double>(from_bf16(packed.weight.bf16[i])), expected))
            problem = row.name + ": element " + std::to_string(i);
        }
        for (int64_t i = 0; i < packed.weight.bias_size(); i++) {
          if (static_cast<double>(packed.weight.bias[i]) != (i < n ? bias.at(0, i) : 0)) problem = row.name + ": bias";
        }
      }
    }
  }
  conclude("linear_bf16_pack", problem);
}

TEST(linear_bf16_unpack) {
  std::string problem;
  for (const TestRow& row : rows_under_test()) {
    Random random(83);
    const Values w = adversarial_values(random, 35, 10);
    const Values bias = normal_values(random, 1, 35);
    problem += unpacked(row, LowPacked<float>(row.ops, Format::bf16, w, bias), rounded_to(Format::bf16, w), bias);
  }
  conclude("linear_bf16_unpack", problem);
}

OP_TEST(linear_bf16_forward) {
  for_each_low_case(Format::bf16, [&](const LinearLowCase& c) { test.check(c); });
}

TEST(linear_bf16_is_its_composition) {
  for (const TestRow& row : rows_under_test()) {
    std::string problem;
    for (const Activation kind : kActivations) {
      for (const Format y : {Format::bf16, Format::int8}) problem += composed(row, Format::bf16, y, kind);
    }
    conclude("linear_bf16 is its composition " + row.name, problem);
  }
}

}  // namespace
}  // namespace albert::test
