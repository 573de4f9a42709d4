// Activation, element by element. Contract: ops/activation.h.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/vec/math.h"

inline void activation_forward(const ActivationForward<float>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  const int64_t width = a.x.cols;
  with_activation(a.kind, [&](auto function) {
    for (int64_t t = rows.begin; t < rows.end; t++) {
      const float* const x = a.x.row(t);
      float* const y = a.y.row(t);
      int64_t h = 0;
      for (; h + kLanes <= width; h += kLanes) store(y + h, function(load(x + h)));
      if (h < width) store_first(y + h, function(load_first(x + h, width - h)), width - h);
    }
  });
}
