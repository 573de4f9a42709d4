// embedding_forward.
#include "low.h"
#include "row_case.h"

namespace albert::test {
namespace {

struct Table {
  Format format;
  Values values;
};

struct EmbeddingCase : RowCase {
  Table word, type, position;
  std::vector<int32_t> ids, types, positions;

  std::string detail() const {
    return RowCase::detail() + " " + format_name(word.format) + " " + format_name(type.format) + " " +
           format_name(position.format);
  }
  std::vector<Expected> expected() const {
    const Values words = rounded_to(word.format, word.values);
    const Values kinds = rounded_to(type.format, type.values);
    const Values places = rounded_to(position.format, position.values);
    Expected e;
    for (size_t t = 0; t < ids.size(); t++) {
      for (int64_t h = 0; h < cols; h++) {
        const double a = words.at(ids[t], h), b = kinds.at(types[t], h), c = places.at(positions[t], h);
        const double magnitude = std::abs(a) + std::abs(b) + std::abs(c);
        // A product of q and scale is rounded to float32, in float64 too.
        const auto product = [](const Table& table, double x) {
          return table.format == Format::int8 ? std::abs(x) * 0x1p-24 : 0;
        };
        e.add(c + b + a, 2 * magnitude, 0, product(word, a) + product(type, b) + product(position, c));
      }
    }
    return {e};
  }
  template <class T>
  struct Bound {
    Bound(const EmbeddingCase& embedding, const Ops<T>& table, Placement place, int)
        : c(embedding),
          ops(table),
          word(c.word.format, c.word.values, 0, place),
          type(c.type.format, c.type.values, 0, place),
          position(c.position.format, c.position.values, 0, place) {}
    void run(std::vector<Output<T>>& out, Range rows, Part part) const {
      ops.embedding_forward({rows_of(out[0], rows), word.operand(), type.operand(), position.operand(),
                             c.ids.data() + rows.begin, c.types.data() + rows.begin, c.positions.data() + rows.begin},
                            part);
    }
    const EmbeddingCase& c;
    const Ops<T>& ops;
    AnyInput<T> word, type, position;
  };
};

EmbeddingCase make_case(Random& random, int64_t rows, int64_t cols, Format word, Format type, Format position) {
  EmbeddingCase c = {{rows, cols},
                     {word, adversarial_values(random, 37, cols)},
                     {type, normal_values(random, 2, cols)},
                     {position, normal_values(random, 19, cols)},
                     {},
                     {},
                     {}};
  for (int64_t t = 0; t < rows; t++) {
    // The last row of each table too: its end is the end of the memory.
    c.ids.push_back(t == 0 ? 36 : static_cast<int32_t>(random.below(37)));
    c.types.push_back(t == 0 ? 1 : static_cast<int32_t>(random.below(2)));
    c.positions.push_back(t == 0 ? 18 : static_cast<int32_t>(random.below(19)));
  }
  return c;
}

OP_TEST(embedding_forward) {
  Random random(13);
  std::vector<Shape> shapes = row_shapes();
  // Groups of int8.
  for (const int64_t cols : {132, 256, 268}) shapes.push_back({2, cols});
  size_t next = 0;
  for (const Shape& shape : shapes) {
    for (const Format format : kFormats) {
      // With a plain word table all are, at any width; the others have whole words of 4 bytes.
      const bool plain = format == Format::plain;
      const Format type = plain ? format : kFormats[next % 3];
      const Format position = plain ? format : kFormats[next / 3 % 3];
      next += plain ? 0 : 1;
      const int64_t cols = plain ? shape.cols : (shape.cols + 3) / 4 * 4;
      test.check(make_case(random, shape.rows, cols, format, type, position));
    }
  }
}

}  // namespace
}  // namespace albert::test
