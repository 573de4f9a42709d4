// Sum of three table rows. Contract: ops/embedding.h.
// Included inside the namespace of an instruction set.
#pragma once

inline void embedding_forward(const EmbeddingForward<float>& a, Part part) {
  const Range rows = share(a.y.rows, 1, part);
  const int64_t width = a.y.cols;
  for (int64_t t = rows.begin; t < rows.end; t++) {
    const float* const word = a.word.row(a.ids[t]);
    const float* const type = a.type.row(a.types[t]);
    const float* const position = a.position.row(a.positions[t]);
    float* const y = a.y.row(t);
    int64_t e = 0;
    for (; e + kLanes <= width; e += kLanes) store(y + e, load(word + e) + load(type + e) + load(position + e));
    for (; e < width; e++) y[e] = word[e] + type[e] + position[e];
  }
}
