// embedding_forward.
#include "row_case.h"

namespace albert::test {
namespace {

struct EmbeddingCase : RowCase {
  Values word, type, position;
  std::vector<int32_t> ids, types, positions;

  std::vector<Expected> expected() const {
    Expected e;
    for (size_t t = 0; t < ids.size(); t++) {
      for (int64_t h = 0; h < cols; h++) {
        const double a = word.at(ids[t], h), b = type.at(types[t], h), c = position.at(positions[t], h);
        e.add(c + b + a, 2 * (std::abs(a) + std::abs(b) + std::abs(c)));
      }
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const EmbeddingCase& embedding, const Ops<T>& table, Placement place, int)
        : c(embedding), ops(table), word(c.word, place), type(c.type, place), position(c.position, place) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      ops.embedding_forward({rows_of(out[0], rows), word.view(), type.view(), position.view(),
                             c.ids.data() + rows.begin, c.types.data() + rows.begin, c.positions.data() + rows.begin},
                            part);
    }
    const EmbeddingCase& c;
    const Ops<T>& ops;
    Input<T> word, type, position;
  };
};

OP_TEST(embedding_forward) {
  Random random(13);
  for (const Shape& shape : row_shapes()) {
    EmbeddingCase c = {{shape.rows, shape.cols},
                       adversarial_values(random, 37, shape.cols),
                       normal_values(random, 2, shape.cols),
                       normal_values(random, 19, shape.cols),
                       {},
                       {},
                       {}};
    for (int64_t t = 0; t < shape.rows; t++) {
      // The last row of each table too: its end is the end of the memory.
      c.ids.push_back(t == 0 ? 36 : static_cast<int32_t>(random.below(37)));
      c.types.push_back(t == 0 ? 1 : static_cast<int32_t>(random.below(2)));
      c.positions.push_back(t == 0 ? 18 : static_cast<int32_t>(random.below(19)));
    }
    test.check(c);
  }
}

}  // namespace
}  // namespace albert::test
