// The same products in tile registers (AMX): a block of up to 32 rows x one panel, or up to 16 rows x two, stays in
// four registers while 16 steps at a time go through the others. The packed panels are those of the vector tiles: 16
// steps of 16 columns are a tile whose rows lie a step apart.
//   0 .. 3  sums: upper rows, left and right half of a panel; then the lower rows, or the next panel
//   4, 5    inputs, upper and lower rows
//   6, 7    weights, left and right half of a panel
// Included inside the namespace of an instruction set, after its vocabulary of tile registers.
#pragma once

#include "cpu/gemm/product.h"

#include "cpu/burn.h"

constexpr int kTileSteps = 16;
constexpr int kTileHeight = 16;
static_assert(kPanelVectors == 2 && kLanes == kTileHeight);

template <class Dot>
concept InTileRegisters = requires { typename Dot::Sum; };

// Steps that all rows of a block go through before the next ones. Their 24 KB of weights stay in the L1 cache while the
// inputs stream past it from the L2, which alone could not deliver both. The sums are stored and loaded again between
// two chunks, exactly, so no bit depends on it. 384 x 768 x 3072 on one core of a Xeon with AMX, of peak: 74 %, with
// inputs that enter the L1 cache 59 %, with whole panels as well 65 %.
constexpr int64_t kChunkSteps = 192;
static_assert(kChunkSteps % kTileSteps == 0 && kChunkSteps * 4 % kGroup == 0);  // no group of int8 is torn

// Many rows, because weights come slowly from the L3 cache (128 rows: 60 %), but no more than the L2 cache holds.
constexpr int64_t kMostRows = 384;
template <class Dot>
  requires InTileRegisters<Dot>
inline int64_t block_rows(const Product<Dot>& p) {
  constexpr int64_t kBytes = 800 * 1024;
  const int64_t rows = p.steps == 0 ? kMostRows : kBytes / (p.steps * kWordBytes);
  return rows < 128 ? 128 : rows > kMostRows ? kMostRows : rows;
}

struct TileBf16Dot {
  static constexpr int64_t kDepth = 2;
  static constexpr int kRows = 2 * kTileHeight;
  using Sum = float;
  template <int C, int A, int B>
  static void add() {
    add_tile_bf16<C, A, B>();
  }
};

struct TileInt8Dot {
  static constexpr int64_t kDepth = 4;
  static constexpr int kRows = 2 * kTileHeight;
  static constexpr uint8_t kOffset = 0;
  using Sum = int32_t;
  template <int C, int A, int B>
  static void add() {
    add_tile_int8<C, A, B>();
  }
};

// Sixteen steps. kHigh: there are lower rows. kWide: there is a second panel.
template <class Dot, bool kHigh, bool kWide>
inline void add_sixteen(const std::byte* x, int64_t x_stride, const std::byte* w, int64_t panel_bytes) {
  load_tile<6>(w, kStepBytes);
  stream_tile<4>(x, x_stride);
  load_tile<7>(w + 64, kStepBytes);
  Dot::template add<0, 4, 6>();
  if constexpr (kHigh) stream_tile<5>(x + kTileHeight * x_stride, x_stride);
  Dot::template add<1, 4, 7>();
  if constexpr (kHigh) {
    Dot::template add<2, 5, 6>();
    Dot::template add<3, 5, 7>();
  }
  if constexpr (kWide) {
    load_tile<6>(w + panel_bytes, kStepBytes);
    load_tile<7>(w + panel_bytes + 64, kStepBytes);
    Dot::template add<2, 4, 6>();
    Dot::template add<3, 4, 7>();
  }
}

// The registers of the sums with what belongs to each: its place in rows of `stride` numbers.
template <bool kHigh, bool kWide, class Sum, class Body>
inline void each_sum_tile(Sum* sums, int64_t stride, const Body& body) {
  body.template operator()<0>(sums);
  body.template operator()<1>(sums + kLanes);
  if constexpr (kHigh || kWide) {
    Sum* const second = sums + (kHigh ? kTileHeight * stride : kPanel);
    body.template operator()<2>(second);
    body.template operator()<3>(second + kLanes);
  }
}

template <class Dot, bool kHigh, bool kWide>
struct TileWalk {
  const std::byte* x;
  int64_t x_stride;
  const std::byte* w;
  int64_t panel_bytes;
  int64_t height;
  Ahead ahead;

  TileWalk(const Product<Dot>& p, const TilePlace& at, int64_t first_step, int64_t rows)
      : x(p.x + at.row * p.x_stride + first_step * kWordBytes),
        x_stride(p.x_stride),
        w(p.panel(at.panel) + first_step * kStepBytes),
        panel_bytes(p.panel_bytes()),
        height(rows),
        ahead(at.ahead) {}

  void add(int64_t steps) {
    for (; steps >= kTileSteps; steps -= kTileSteps) {
      for (int64_t byte = 0; byte < kTileSteps * ahead.step_bytes; byte += 64) prefetch_l2(ahead.at + byte);
      ahead.at += kTileSteps * ahead.step_bytes;
      add_sixteen<Dot, kHigh, kWide>(x, x_stride, w, panel_bytes);
      x += kTileSteps * kWordBytes;
      w += kTileSteps * kStepBytes;
    }
    if (steps > 0) add_last(steps);
  }

  // Fewer than sixteen steps, as sixteen with zeros: a tile would read beyond the row, and into the next panel.
  [[gnu::noinline]] void add_last(int64_t steps) {
    constexpr int64_t kPanelBytes = kTileSteps * kStepBytes;
    alignas(64) std::byte rows[Dot::kRows * 64] = {};
    alignas(64) std::byte panels[2 * kPanelBytes] = {};
    for (int64_t r = 0; r < height; r++) {
      std::memcpy(rows + r * 64, x + r * x_stride, static_cast<size_t>(steps * kWordBytes));
    }
    for (int64_t panel = 0; panel < (kWide ? 2 : 1); panel++) {
      std::memcpy(panels + panel * kPanelBytes, w + panel * panel_bytes, static_cast<size_t>(steps * kStepBytes));
    }
    add_sixteen<Dot, kHigh, kWide>(rows, 64, panels, kPanelBytes);
  }
};

// totals += scale of the row and group x sum of the group.
template <int kWidth>
inline void add_group(const Product<TileInt8Dot>& p, int64_t row, int64_t height, int64_t group, const int32_t* tile,
                      float* totals, int64_t stride) {
  for (int64_t r = 0; r < height; r++) {
    const F32x16 scale = broadcast(p.scales.row(row + r) + group);
    each_vector<1, kWidth / kLanes>([&](int, int v) {
      float* const place = totals + r * stride + v * kLanes;
      const F32x16 sum = to_float(load_ints(tile + r * kWidth + v * kLanes));
      store(place, group == 0 ? sum * scale : multiply_add(sum, scale, load(place)));
    });
  }
}

// Adds steps [steps.begin, steps.end) of `height` rows to `sums`, which begin with the first step.
template <class Dot, bool kHigh, bool kWide>
[[gnu::noinline]] void multiply_in_registers(const Product<Dot>& p, const TilePlace& at, int64_t height, Range steps,
                                             float* sums, int64_t stride) {
  TileWalk<Dot, kHigh, kWide> walk(p, at, steps.begin, height);
  const auto clear = [&] { each_sum_tile<kHigh, kWide>(sums, 0, []<int kTile>(auto*) { clear_tile<kTile>(); }); };
  const auto keep = [](auto* place, int64_t row) {
    const int64_t bytes = row * kWordBytes;
    each_sum_tile<kHigh, kWide>(place, row, [&]<int kTile>(auto* own) { store_tile<kTile>(own, bytes); });
  };
  if constexpr (__is_same(typename Dot::Sum, float)) {
    if (steps.begin == 0) {
      clear();
    } else {
      const int64_t bytes = stride * kWordBytes;
      each_sum_tile<kHigh, kWide>(sums, stride, [&]<int kTile>(float* own) { load_tile<kTile>(own, bytes); });
    }
    walk.add(steps.end - steps.begin);
    keep(sums, stride);
  } else {
    // A group is scaled while the tile registers work on the next one.
    constexpr int64_t kGroupSteps = kGroup / Dot::kDepth;
    constexpr int kWidth = kWide ? 2 * kPanel : kPanel;
    constexpr int kTileInts = (kHigh ? 2 : 1) * kTileHeight * kWidth;
    alignas(64) int32_t tiles[2][kTileInts];
    const int64_t first = steps.begin / kGroupSteps;
    const int64_t groups = pieces_of(steps.end - steps.begin, kGroupSteps);
    for (int64_t group = 0; group <= groups; group++) {
      const int64_t left = steps.end - steps.begin - group * kGroupSteps;
      if (group < groups) {
        clear();
        walk.add(left < kGroupSteps ? left : kGroupSteps);
      }
      if (group > 0) add_group<kWidth>(p, at.row, height, first + group - 1, tiles[(group - 1) % 2], sums, stride);
      if (group < groups) keep(tiles[group % 2], kWidth);
    }
  }
}

template <class Dot, class Finish, class Sink>
  requires InTileRegisters<Dot>
inline void multiply_block(const Product<Dot>& p, Range rows, Range panels, const Finish& finish, const Sink& sink) {
  // Equal heights, so that the registers are configured once: the last tile begins early enough to end with the rows,
  // and computes some of them again, to the same bits.
  const int64_t count = rows.end - rows.begin;
  const int64_t tiles = pieces_of(count, Dot::kRows);
  const int64_t height = pieces_of(count, tiles);
  const bool high = height > kTileHeight;
  const int upper = static_cast<int>(high ? kTileHeight : height);
  const int lower = static_cast<int>(high ? height - kTileHeight : height);
  configure_tiles({upper, upper, lower, lower, upper, lower, kTileSteps, kTileSteps});

  constexpr int64_t kTogether = Sink::kColumns > kPanel ? Sink::kColumns / kPanel : 1;
  const int64_t together = kTogether > 1 ? kTogether : high ? 1 : 2;
  const int64_t chunk = kTogether > 1 || p.steps <= kChunkSteps ? p.steps : kChunkSteps;
  const int64_t chunks = chunk == 0 ? 1 : pieces_of(p.steps, chunk);
  // Every tile has its own sums, unless each is finished before the next one begins.
  constexpr int64_t kSums = (kMostRows + Dot::kRows) * kPanel;
  static_assert(kSums >= Dot::kRows * kTogether * kPanel);
  alignas(64) float sums[kSums];
  for (int64_t panel = panels.begin; panel < panels.end;) {
    const int64_t next = panels.end - panel < together ? panels.end : panel + together;
    const int64_t stride = (next - panel) * kPanel;
    Ahead ahead = look_ahead(p, {panel, next}, panels.end, tiles, 1);
    for (int64_t c = 0; c < chunks; c++) {
      const Range steps = {c * chunk, c + 1 == chunks ? p.steps : (c + 1) * chunk};
      for (int64_t tile = 0; tile < tiles; tile++) {
        const int64_t row = rows.begin + (tile + 1 == tiles ? count - height : tile * height);
        float* const own = chunks == 1 ? sums : sums + tile * height * stride;
        for (int64_t at = panel; at < next;) {
          const bool wide = !high && next - at > 1;
          const auto run = high   ? multiply_in_registers<Dot, true, false>
                           : wide ? multiply_in_registers<Dot, false, true>
                                  : multiply_in_registers<Dot, false, false>;
          run(p, {row, at, ahead}, height, steps, own + (at - panel) * kPanel, stride);
          ahead.at += ahead.step_bytes * (steps.end - steps.begin);
          at += wide ? 2 : 1;
        }
        if (c + 1 == chunks) finish_rows(p, {row, row + height}, {panel, next}, own, stride, finish, sink);
      }
    }
    panel = next;
  }
  release_tiles();
}

template <class Dot>
  requires InTileRegisters<Dot>
inline double burn(int64_t steps) {
  configure_tiles({16, 16, 16, 16, 16, 16, 16, 16});
  for (int64_t step = 0; step < steps; step++) {
    Dot::template add<0, 4, 6>();
    Dot::template add<1, 4, 7>();
    Dot::template add<2, 5, 6>();
    Dot::template add<3, 5, 7>();
  }
  release_tiles();
  return static_cast<double>(steps) * 4 * kTileHeight * kLanes * kTileSteps * Dot::kDepth * 2;
}
