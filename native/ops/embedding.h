// Sum of three table rows:  y[t,:] = word[ids[t],:] + type[types[t],:] + position[positions[t],:]   in that order
//   shapes  y [T,E]   word [V,E]   type [token types, E]   position [P,E]   ids types positions [T]
//   ids     checked by the caller: 0 <= ids[t] < V, and so on
//   input embeddings given by the caller are a `word` table of T rows with ids 0 .. T-1
//   bits    each row on its own
#pragma once

#include "base/matrix.h"
#include "base/part.h"

namespace albert {

template <class T>
struct EmbeddingForward {
  Matrix<T> y;
  Matrix<const T> word;
  Matrix<const T> type;
  Matrix<const T> position;
  const int32_t* ids = nullptr;
  const int32_t* types = nullptr;
  const int32_t* positions = nullptr;
};

namespace reference {

template <class T>
void embedding_forward(const EmbeddingForward<T>& a, Part part) {
  const Range rows = share(a.y.rows, 1, part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    const T* word = a.word.row(a.ids[t]);
    const T* type = a.type.row(a.types[t]);
    const T* position = a.position.row(a.positions[t]);
    for (int64_t e = 0; e < a.y.cols; e++) a.y.row(t)[e] = word[e] + type[e] + position[e];
  }
}

}  // namespace reference
}  // namespace albert
