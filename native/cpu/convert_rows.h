// Rows in the format of a product. Contract: ops/convert_rows.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/gemm/blocking.h"
#include "cpu/gemm/sink.h"

inline void convert_rows_forward(const ConvertRowsForward<float>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  const int64_t width = a.x.cols;
  for (int64_t t = rows.begin; t < rows.end; t++) {
    const float* const x = a.x.row(t);
    const auto sixteen = [&](int64_t k) { return width - k < kLanes ? load_first(x + k, width - k) : load(x + k); };
    const auto multiplied = [&](int64_t k) { return sixteen(k) * load(a.factors + k); };
    if (a.y.format == Format::bf16) Bf16Sink{a.y.bf16}.put(t, 0, width, sixteen);
    if (a.y.format != Format::int8) continue;
    for (int64_t k = 0; k < width; k += kGroup) {
      const int64_t end = width - k < kGroup ? width : k + kGroup;
      if (a.factors == nullptr) {
        Int8Sink{a.y.int8}.put(t, k, end, sixteen);
      } else {
        Int8Sink{a.y.int8}.put(t, k, end, multiplied);
      }
    }
  }
}
