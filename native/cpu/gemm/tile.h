// The micro-kernels: MR rows times NP panels, the sums in registers over the whole depth.
// A product is counted in steps: 4 bytes of a row meet 64 bytes of a panel for each vector of columns, whatever the
// format. In one step a Dot (float32 below; bf16 and int8 in vec/) takes kDepth neighbouring k: 1, 2 or 4. kRows and
// kVectors are the height of its tallest tile and the vectors of sums of its widest ones.
// One chain of additions over ascending steps for each element, whatever the tile. The loop has no branch, call or
// stack access (test/native/objects.test.ts reads the object code). It runs through the whole depth: cutting K so that
// a panel stays in the L1 cache was slower by 5 to 10 %, for the sums that are stored and reloaded and the streams that
// restart. int8 alone is cut, at the groups of its scales. Included inside the namespace of an instruction set.
#pragma once

constexpr int64_t kPanel = kPanelVectors * kLanes;
constexpr int64_t kWordBytes = 4;
constexpr int64_t kStepBytes = kPanel * kWordBytes;

struct Fp32Dot {
  static constexpr int64_t kDepth = 1;
  static constexpr int kRows = kTileRows;
  static constexpr int kVectors = kTileVectors;
  using Weights = F32x16;
  using Inputs = F32x16;
  using Sums = F32x16;
  static Sums none() { return zero(); }
  static Weights weights(const std::byte* p) { return load(reinterpret_cast<const float*>(p)); }
  static Inputs inputs(const std::byte* p) { return broadcast(reinterpret_cast<const float*>(p)); }
  static Sums add(Inputs a, Weights b, Sums c) { return multiply_add(a, b, c); }
};

// y = x w for `columns` columns of y; w in panels [columns / kPanel][steps][kPanel] words, zeros beyond `columns`.
template <class Dot>
struct Product {
  const std::byte* x = nullptr;
  int64_t x_stride = 0;  // bytes
  const std::byte* w = nullptr;
  int64_t steps = 0;
  int64_t columns = 0;
  // int8 alone
  Matrix<const float> scales;            // of x: a row and group
  const int32_t* corrections = nullptr;  // [panels][groups][kPanel]

  template <class Element>
  Product(Matrix<const Element> rows, const void* panels, int64_t columns_)
      : x(reinterpret_cast<const std::byte*>(rows.data)),
        x_stride(rows.stride * static_cast<int64_t>(sizeof(Element))),
        w(static_cast<const std::byte*>(panels)),
        steps(rows.cols / Dot::kDepth),
        columns(columns_) {}

  int64_t panel_bytes() const { return steps * kStepBytes; }
  const std::byte* panel(int64_t index) const { return w + index * panel_bytes(); }
};

// Memory to bring near while a tile is computed: one prefetch a step.
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

// Where a tile stands in its rows and its panel. Three rows a pointer, reached by one common stride: 14 rows would not
// fit the general registers otherwise. Empty instructions hide how the pointers are related. Compilers that see it make
// a pointer or an offset for every row of them again, and keep those on the stack: gcc when it looks at the loop from
// outside, clang from inside.
template <class Dot, int MR, int NP>
struct Walk {
  static constexpr int kVectors = NP * kPanelVectors;
  static constexpr int kPointers = (MR + 2) / 3;
  using Tile = typename Dot::Sums[MR][kVectors];

  const std::byte* x[kPointers];
  int64_t stride;
  const std::byte* w;
  int64_t next_panel;
  Ahead ahead;

  Walk(const Product<Dot>& p, const TilePlace& at)
      : stride(p.x_stride), w(p.panel(at.panel)), next_panel(p.panel_bytes()), ahead(at.ahead) {
#pragma GCC unroll 16
    for (int i = 0; i < kPointers; i++) {
      x[i] = p.x + (at.row + 3 * i) * stride;
      asm("" : "+r"(x[i]));
    }
  }

  // In locals meanwhile, or gcc writes the pointers back at every step.
  [[gnu::always_inline]] void add(Tile& tile, int64_t steps) {
    const std::byte* rows[kPointers];
#pragma GCC unroll 16
    for (int i = 0; i < kPointers; i++) rows[i] = x[i];
    const std::byte* panel = w;
    const char* next = ahead.at;
    const int64_t next_bytes = ahead.step_bytes;
    const int64_t row_bytes = stride;
    const int64_t panel_bytes = next_panel;
    for (int64_t left = steps; left > 0; left--) {
#if defined(__clang__)
#pragma unroll
      for (int i = 0; i < kPointers; i++) asm("" : "+r"(rows[i]));
#endif
      const auto column = [&](int v) {
        return Dot::weights(panel + v / kPanelVectors * panel_bytes + v % kPanelVectors * kLanes * kWordBytes);
      };
      const auto element = [&](int r) { return Dot::inputs(rows[r / 3] + r % 3 * row_bytes); };
      prefetch(next);
      // What there is less of stays in registers: the columns of one panel, or the elements of few rows.
      if constexpr (NP == 1) {
        typename Dot::Weights columns[kVectors];
        each_vector<1, kVectors>([&](int, int v) { columns[v] = column(v); });
        each_vector<MR, 1>([&](int r, int) {
          const typename Dot::Inputs a = element(r);
          each_vector<1, kVectors>([&](int, int v) { tile[r][v] = Dot::add(a, columns[v], tile[r][v]); });
        });
      } else {
        typename Dot::Inputs elements[MR];
        each_vector<MR, 1>([&](int r, int) { elements[r] = element(r); });
        each_vector<1, kVectors>([&](int, int v) {
          const typename Dot::Weights b = column(v);
          each_vector<MR, 1>([&](int r, int) { tile[r][v] = Dot::add(elements[r], b, tile[r][v]); });
        });
      }
      each_vector<kPointers, 1>([&](int i, int) { rows[i] += kWordBytes; });
      panel += kStepBytes;
      next += next_bytes;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kPointers; i++) x[i] = rows[i];
    w = panel;
    ahead.at = next;
  }
};

// Writes the sums of row r to sums + r * sums_stride, whole panels.
// Its own function: inlined into one, the tiles of all heights share the general registers, and clang spills some.
template <class Dot, int MR, int NP>
[[gnu::noinline]] void multiply_tile(const Product<Dot>& p, const TilePlace& at, float* sums, int64_t sums_stride) {
  constexpr int kVectors = NP * kPanelVectors;
  Walk<Dot, MR, NP> walk(p, at);
  typename Dot::Sums tile[MR][kVectors];
  if constexpr (__is_same(typename Dot::Sums, F32x16)) {
    each_vector<MR, kVectors>([&](int r, int v) { tile[r][v] = Dot::none(); });
    walk.add(tile, p.steps);
    each_vector<MR, kVectors>([&](int r, int v) { store(sums + r * sums_stride + v * kLanes, tile[r][v]); });
  } else {
    // Whole numbers inside a group, float32 between groups: totals += scale of the row and group x sum of the group.
    constexpr int64_t kGroupSteps = kGroup / Dot::kDepth;
    const int64_t groups = groups_of(p.steps * Dot::kDepth);
    const int32_t* correction = p.corrections + at.panel * groups * kPanel;
    // In registers where there is room for both, else in `sums`: half as high a tile that stays there is faster than
    // one that stores and loads its totals at every group.
    constexpr bool kRoom = 2 * MR * kVectors + kVectors < kRegisters;
    F32x16 totals[MR][kVectors];
    each_vector<MR, kVectors>([&](int r, int v) { totals[r][v] = zero(); });
    for (int64_t group = 0; group < groups; group++, correction += kPanel) {
      each_vector<1, kVectors>([&](int, int v) {
        const typename Dot::Sums start =
            Dot::start(correction + v / kPanelVectors * groups * kPanel + v % kPanelVectors * kLanes);
        each_vector<MR, 1>([&](int r, int) { tile[r][v] = start; });
      });
      const int64_t left = p.steps - group * kGroupSteps;
      walk.add(tile, left < kGroupSteps ? left : kGroupSteps);
      const float* const scales = p.scales.row(at.row) + group;
      each_vector<MR, 1>([&](int r, int) {
        const F32x16 scale = broadcast(scales + r * p.scales.stride);
        each_vector<1, kVectors>([&](int, int v) {
          const F32x16 sum = to_float(tile[r][v]);
          float* const place = sums + r * sums_stride + v * kLanes;
          if constexpr (kRoom) {
            totals[r][v] = multiply_add(sum, scale, totals[r][v]);
          } else {
            store(place, group == 0 ? sum * scale : multiply_add(sum, scale, load(place)));
          }
        });
      });
    }
    if constexpr (kRoom) {
      each_vector<MR, kVectors>([&](int r, int v) { store(sums + r * sums_stride + v * kLanes, totals[r][v]); });
    }
  }
}
