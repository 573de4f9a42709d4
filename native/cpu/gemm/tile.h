// The micro-kernel: sums of a tile in registers, MR rows x NP panels of columns.
//   sums[r][c] = sum over k of x[r, k] w[k, c]
// One chain of multiply-adds over ascending k for each element, whatever the tile. The loop has no branch, call or
// stack access (test/native/objects.test.ts reads the object code). It runs through the whole depth: cutting K so that
// a panel stays in the L1 cache was slower by 5 to 10 %, for the sums that are stored and reloaded and the streams that
// restart. Included inside the namespace of an instruction set.
#pragma once

constexpr int64_t kPanel = kPanelVectors * kLanes;

// y = x w for as many rows as x has; w in panels [outputs / kPanel][depth][kPanel], zeros beyond `outputs`.
struct Product {
  Matrix<float> y;
  Matrix<const float> x;
  const float* w = nullptr;
  int64_t depth = 0;

  const float* panel(int64_t index) const { return w + index * depth * kPanel; }
};

// Memory to bring near while a tile is computed: one prefetch a step of k.
struct Ahead {
  const char* at = nullptr;
  int64_t step_bytes = 0;
};

struct TilePlace {
  int64_t row = 0;
  int64_t panel = 0;
  Ahead ahead;
};

template <int MR, int NV, class Body>
inline void each_vector(Body body) {
#pragma GCC unroll 16
  for (int r = 0; r < MR; r++) {
#pragma GCC unroll 16
    for (int v = 0; v < NV; v++) body(r, v);
  }
}

// Writes the sums of row r to sums + r * sums_stride, whole panels.
// Its own function: inlined into one, the tiles of all heights share the general registers, and clang spills some.
template <int MR, int NP>
[[gnu::noinline]] void multiply_tile(const Product& p, const TilePlace& at, float* sums, int64_t sums_stride) {
  constexpr int kVectors = NP * kPanelVectors;
  constexpr int kGroups = (MR + 2) / 3;
  F32x16 tile[MR][kVectors];
  each_vector<MR, kVectors>([&](int r, int v) { tile[r][v] = zero(); });

  const float* w = p.panel(at.panel);
  const int64_t next_panel = p.depth * kPanel;
  // Three rows a pointer, reached by one common stride: 14 rows would not fit the general registers otherwise. Empty
  // instructions hide how the pointers are related. Compilers that see it make a pointer or an offset for every row of
  // them again, and keep those on the stack: gcc when it looks at the loop from outside, clang from inside.
  const float* x[kGroups];
  const int64_t stride = p.x.stride;
#pragma GCC unroll 16
  for (int g = 0; g < kGroups; g++) {
    x[g] = p.x.row(at.row + 3 * g);
    asm("" : "+r"(x[g]));
  }
  const char* ahead = at.ahead.at;
  const int64_t step_bytes = at.ahead.step_bytes;
  for (int64_t left = p.depth; left > 0; left--) {
#if defined(__clang__)
#pragma unroll
    for (int g = 0; g < kGroups; g++) asm("" : "+r"(x[g]));
#endif
    const auto column = [&](int v) { return load(w + v / kPanelVectors * next_panel + v % kPanelVectors * kLanes); };
    const auto element = [&](int r) { return broadcast(x[r / 3] + r % 3 * stride); };
    prefetch(ahead);
    // What there is less of stays in registers: the columns of one panel, or the elements of few rows.
    if constexpr (NP == 1) {
      F32x16 columns[kVectors];
      each_vector<1, kVectors>([&](int, int v) { columns[v] = column(v); });
      each_vector<MR, 1>([&](int r, int) {
        const F32x16 a = element(r);
        each_vector<1, kVectors>([&](int, int v) { tile[r][v] = multiply_add(a, columns[v], tile[r][v]); });
      });
    } else {
      F32x16 elements[MR];
      each_vector<MR, 1>([&](int r, int) { elements[r] = element(r); });
      each_vector<1, kVectors>([&](int, int v) {
        const F32x16 b = column(v);
        each_vector<MR, 1>([&](int r, int) { tile[r][v] = multiply_add(elements[r], b, tile[r][v]); });
      });
    }
    each_vector<kGroups, 1>([&](int g, int) { x[g]++; });
    w += kPanel;
    ahead += step_bytes;
  }
  each_vector<MR, kVectors>([&](int r, int v) { store(sums + r * sums_stride + v * kLanes, tile[r][v]); });
}
