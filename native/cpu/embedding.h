// Sum of three table rows. Contract: ops/embedding.h.
// Included inside the namespace of an instruction set.
#pragma once

// Sixteen numbers of a row from column e on; a table of int8 has no offset.
inline F32x16 table_numbers(const Operand<float>& table, int64_t row, int64_t e) {
  if (table.format == Format::plain) return load(table.plain.row(row) + e);
  if (table.format == Format::bf16) return load_bf16(table.bf16.row(row) + e);
  return load_bytes(table.int8.values.row(row) + e) * broadcast(table.int8.scales.row(row) + e / kGroup);
}

inline void embedding_forward(const EmbeddingForward<float>& a, Part part) {
  const Range rows = share(a.y.rows, 1, part);
  const int64_t width = a.y.cols;
  for (int64_t t = rows.begin; t < rows.end; t++) {
    float* const y = a.y.row(t);
    int64_t e = 0;
    for (; e + kLanes <= width; e += kLanes) {
      store(y + e, table_numbers(a.word, a.ids[t], e) + table_numbers(a.type, a.types[t], e) +
                       table_numbers(a.position, a.positions[t], e));
    }
    for (; e < width; e++) {
      y[e] = reference::element(a.word, a.ids[t], e) + reference::element(a.type, a.types[t], e) +
             reference::element(a.position, a.positions[t], e);
    }
  }
}
