// linear_activation_forward: against the right answer, and against its composition bit for bit.
#include "activation.h"
#include "linear.h"
#include "row_case.h"

namespace albert::test {
namespace {

struct LinearActivationCase : LinearInputs {
  LinearActivationCase(Activation kind_, Values x_, Values w_, Values bias_)
      : LinearInputs(std::move(x_), std::move(w_), std::move(bias_)), kind(kind_) {}

  std::string detail() const { return std::string(activation_name(kind)) + " " + LinearInputs::detail(); }
  std::vector<Expected> expected() const {
    Expected e;
    for (int64_t t = 0; t < x.rows; t++) {
      for (int64_t n = 0; n < w.rows; n++) {
        const auto [z, magnitude] = sum(t, n);
        // No activation is steeper than 1.13 (GELU near x = 1.4).
        e.add(activate_exactly(kind, z), 1.13 * roundings() * magnitude + activation_units(kind, z),
              activation_approximation(kind, z));
      }
    }
    return {e};
  }
  template <class T>
  struct Bound : LinearBound<T> {
    Bound(const LinearActivationCase& c, const Ops<T>& table, Placement place, int parts)
        : LinearBound<T>(c, table, place, parts), kind(c.kind) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      this->ops.linear_activation_forward({rows_of(out[0], rows), rows_of(this->x, rows), this->packed.weight, kind},
                                          part);
    }
    Activation kind;
  };

  Activation kind;
};

OP_TEST(linear_activation_forward) {
  size_t next = 0;
  for_each_linear_case([&](const Values& x, const Values& w, const Values& bias) {
    test.check(LinearActivationCase(kActivations[next++ % std::size(kActivations)], x, w, bias));
  });
}

// Why the fused op exists is speed alone: its bits are those of the two ops after one another.
TEST(linear_activation_is_its_composition) {
  for (const TestRow& row : rows_under_test()) {
    std::string problem;
    Random random(5);
    for (const Activation kind : kActivations) {
      for (const auto& [t, k, n] : std::vector<std::array<int64_t, 3>>{{1, 40, 33}, {7, 96, 31}, {15, 33, 97}}) {
        const LinearInputs inputs(normal_values(random, t, k), normal_values(random, n, k),
                                  normal_values(random, 1, n));
        const LinearBound<float> bound(inputs, row.ops, kMisaligned, 1);
        const Output<float> fused(t, n, kMisaligned);
        const Output<float> composed(t, n, kMisaligned);
        row.ops.linear_activation_forward({fused.view(), bound.x.view(), bound.packed.weight, kind}, Part{});
        row.ops.linear_forward({composed.view(), bound.x.view(), bound.packed.weight}, Part{});
        row.ops.activation_forward({composed.view(), composed.view(), kind}, Part{});
        for (int64_t r = 0; r < t; r++) {
          if (std::memcmp(fused.view().row(r), composed.view().row(r), static_cast<size_t>(n) * 4) != 0) {
            problem =
                std::string(activation_name(kind)) + ": other bits than linear and activation in " + inputs.detail();
          }
        }
      }
    }
    conclude("linear_activation is its composition " + row.name, problem);
  }
}

}  // namespace
}  // namespace albert::test
