// LayerNorm after a residual sum, each row in three passes over the cache. Contract: ops/layer_norm.h.
// Sums run in 16 lanes over ascending columns and are folded by the vocabulary's tree.
// Included inside the namespace of an instruction set.
#pragma once

// s = x + r into y; the sum of the row.
inline float add_residual(float* y, const float* x, const float* r, int64_t width) {
  F32x16 total = zero();
  int64_t h = 0;
  for (; h + kLanes <= width; h += kLanes) {
    const F32x16 s = r == nullptr ? load(x + h) : load(x + h) + load(r + h);
    store(y + h, s);
    total = total + s;
  }
  if (h < width) {
    const int64_t left = width - h;
    const F32x16 s = r == nullptr ? load_first(x + h, left) : load_first(x + h, left) + load_first(r + h, left);
    store_first(y + h, s, left);
    total = total + s;
  }
  return sum(total);
}

inline float squared_distance(const float* s, float mean, int64_t width) {
  const F32x16 middle = broadcast(mean);
  F32x16 total = zero();
  int64_t h = 0;
  for (; h + kLanes <= width; h += kLanes) {
    const F32x16 d = load(s + h) - middle;
    total = multiply_add(d, d, total);
  }
  if (h < width) {
    const F32x16 d = keep_first(load_first(s + h, width - h) - middle, width - h, zero());
    total = multiply_add(d, d, total);
  }
  return sum(total);
}

inline void layer_norm_forward(const LayerNormForward<float>& a, Part part) {
  const Range rows = share(a.x.rows, 1, part);
  const int64_t width = a.x.cols;
  const float count = static_cast<float>(width);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    float* const y = a.y.row(t);
    const float mean = add_residual(y, a.x.row(t), a.r.data == nullptr ? nullptr : a.r.row(t), width) / count;
    const F32x16 variance = broadcast(squared_distance(y, mean, width) / count + a.eps);
    const F32x16 rstd = broadcast(1.0f) / square_root(variance);
    const F32x16 middle = broadcast(mean);
    int64_t h = 0;
    for (; h + kLanes <= width; h += kLanes) {
      store(y + h, multiply_add((load(y + h) - middle) * rstd, load(a.gain + h), load(a.bias + h)));
    }
    if (h < width) {
      const int64_t left = width - h;
      const F32x16 normal = (load_first(y + h, left) - middle) * rstd;
      store_first(y + h, multiply_add(normal, load_first(a.gain + h, left), load_first(a.bias + h, left)), left);
    }
  }
}
