// Sum of three table rows:  y[t,:] = word[ids[t],:] + type[types[t],:] + position[positions[t],:]   in that order
//   shapes  y [T,E]   word [V,E]   type [token types, E]   position [P,E]   ids types positions [T]
//   ids     checked by the caller: 0 <= ids[t] < V, and so on
//   formats each table plain, bf16 or int8 (operand.h; without an offset), whatever the others are
//   input embeddings given by the caller are a `word` table of T rows with ids 0 .. T-1
//   bits    each row on its own
#pragma once

#include "base/part.h"
#include "ops/operand.h"

namespace albert {

template <class T>
struct EmbeddingForward {
  Matrix<T> y;
  Operand<T> word;
  Operand<T> type;
  Operand<T> position;
  const int32_t* ids = nullptr;
  const int32_t* types = nullptr;
  const int32_t* positions = nullptr;
};

namespace reference {

template <class T>
T element(const Operand<T>& table, int64_t row, int64_t col) {
  if (table.format == Format::bf16) return static_cast<T>(from_bf16(table.bf16.row(row)[col]));
  if (table.format == Format::plain) return table.plain.row(row)[col];
  const int8_t q = static_cast<int8_t>(table.int8.values.row(row)[col] - table.int8.offset);
  return static_cast<T>(static_cast<float>(q) * table.int8.scales.row(row)[col / kGroup]);
}

template <class T>
void embedding_forward(const EmbeddingForward<T>& a, Part part) {
  const Range rows = share(a.y.rows, 1, part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    for (int64_t e = 0; e < a.y.cols; e++) {
      a.y.row(t)[e] =
          element(a.word, a.ids[t], e) + element(a.type, a.types[t], e) + element(a.position, a.positions[t], e);
    }
  }
}

}  // namespace reference
}  // namespace albert
