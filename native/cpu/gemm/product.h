// The loops around the micro-kernel, once for linear layers and attention: rows in blocks, panels, row tiles.
// A `Finish` is a function (sums, row, column) -> y; it runs over the sums of a tile from the L1 cache. A sink (sink.h)
// takes y in the format that the next product reads.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/gemm/tile.h"

#include "cpu/gemm/blocking.h"
#include "cpu/gemm/sink.h"

// The instance of the micro-kernel for `rows` rows and one panel, or panels_at_once(rows) of them.
template <class Dot, int MR = Dot::kRows>
inline void run_tile(const Product<Dot>& p, const TilePlace& at, int64_t rows, int64_t panels, float* sums,
                     int64_t stride) {
  if (rows == MR) {
    if (panels > 1) {
      multiply_tile<Dot, MR, panels_at_once<Dot>(MR)>(p, at, sums, stride);
    } else {
      multiply_tile<Dot, MR, 1>(p, at, sums, stride);
    }
  } else if constexpr (MR > 1) {
    run_tile<Dot, MR - 1>(p, at, rows, panels, sums, stride);
  }
}

// The next panel comes near while this one is multiplied: each of the row tiles fetches its share, a little at every
// step of k, so that the first tile of a panel finds its weights in the L2 cache. With weights from memory, 768 x 9216
// on one Zen 2 core, of peak: 8 rows 41 -> 59 %, 16 rows 57 -> 86 %, 32 rows 71 -> 90 %. Several panels at once are
// streams enough for the processor's own prefetcher, which fetches more at a time (1 or 2 rows: 23 GB/s, with ours 20).
template <class Dot>
inline Ahead look_ahead(const Product<Dot>& p, Range panels, int64_t last_panel, int64_t tiles, int64_t at_once) {
  const char* const next = reinterpret_cast<const char*>(p.panel(panels.end));
  if (at_once > 1 || panels.end >= last_panel || p.steps == 0) return {next, 0};
  return {next, pieces_of(kStepBytes, tiles)};
}

// The sums of a tile, in rows of `stride` from the first column of `panels` on, through the Finish into the sink.
template <class Dot, class Finish, class Sink>
inline void finish_rows(const Product<Dot>& p, Range rows, Range panels, const float* sums, int64_t stride,
                        const Finish& finish, const Sink& sink) {
  const int64_t first = panels.begin * kPanel;
  const int64_t last = panels.end * kPanel < p.columns ? panels.end * kPanel : p.columns;
  for (int64_t row = rows.begin; row < rows.end; row++) {
    const float* const own = sums + (row - rows.begin) * stride;
    sink.put(row, first, last, [&](int64_t column) { return finish(load(own + column - first), row, column); });
  }
}

// One row tile of some panels, `at_once` of which a micro-kernel may take together.
template <class Dot, class Finish, class Sink>
inline void multiply_and_finish(const Product<Dot>& p, Range rows, Range panels, int64_t at_once, Ahead& ahead,
                                const Finish& finish, const Sink& sink) {
  const int64_t height = rows.end - rows.begin;
  const auto run = [&](float* sums, int64_t stride) {
    for (int64_t panel = panels.begin; panel < panels.end;) {
      const int64_t width = panels.end - panel < at_once ? 1 : at_once;
      run_tile(p, {rows.begin, panel, ahead}, height, width, sums + (panel - panels.begin) * kPanel, stride);
      ahead.at += ahead.step_bytes * p.steps;
      panel += width;
    }
  };
  if constexpr (__is_same(Sink, SumsSink)) {
    run(sink.y.row(rows.begin) + panels.begin * kPanel, sink.y.stride);
  } else {
    alignas(64) float sums[kTileFloats > Sink::kColumns * Dot::kRows ? kTileFloats : Sink::kColumns * Dot::kRows];
    const int64_t stride = (panels.end - panels.begin) * kPanel;
    run(sums, stride);
    finish_rows(p, rows, panels, sums, stride, finish, sink);
  }
}

// Rows of one block: at least one row, at most block_rows.
template <class Dot, class Finish, class Sink>
inline void multiply_block(const Product<Dot>& p, Range rows, Range panels, const Finish& finish, const Sink& sink) {
  const int64_t count = rows.end - rows.begin;
  const int64_t tiles = pieces_of(count, Dot::kRows);
  const int64_t at_once = tiles == 1 ? panels_at_once<Dot>(static_cast<int>(count)) : 1;
  constexpr int64_t kTogether = Sink::kColumns > kPanel ? Sink::kColumns / kPanel : 1;
  const int64_t together = kTogether > 1 ? kTogether : at_once;
  for (int64_t panel = panels.begin; panel < panels.end;) {
    const int64_t left = panels.end - panel;
    const int64_t next = panel + (left >= together ? together : kTogether > 1 ? left : 1);
    Ahead ahead = look_ahead(p, {panel, next}, panels.end, tiles, at_once);
    for (int64_t tile = 0; tile < tiles; tile++) {
      const Range part = piece(count, tile, tiles);
      const Range own = {rows.begin + part.begin, rows.begin + part.end};
      multiply_and_finish(p, own, {panel, next}, at_once, ahead, finish, sink);
    }
    panel = next;
  }
}

template <class Dot>
inline int64_t block_rows(const Product<Dot>&) {
  return kBlockRows;
}

template <class Dot, class Finish, class Sink>
inline void multiply(const Product<Dot>& p, Range rows, Range panels, const Finish& finish, const Sink& sink) {
  const int64_t count = rows.end - rows.begin;
  const int64_t blocks = pieces_of(count, block_rows(p));
  for (int64_t block = 0; block < blocks; block++) {
    const Range own = piece(count, block, blocks);
    multiply_block(p, {rows.begin + own.begin, rows.begin + own.end}, panels, finish, sink);
  }
}

// The share of one part, as blocking.h cuts it: whole panels, and where the sink wants several together, whole runs.
template <class Dot, class Finish, class Sink>
inline void multiply_share(const Product<Dot>& p, int64_t all_rows, Part part, const Finish& finish, const Sink& sink) {
  constexpr int64_t kTogether = Sink::kColumns > kPanel ? Sink::kColumns / kPanel : 1;
  const int64_t panels = pieces_of(p.columns, kPanel);
  const int64_t runs = pieces_of(panels, kTogether);
  const Shares shares = choose_shares(runs, pieces_of(all_rows, Dot::kRows), part.count);
  const Range rows = piece(all_rows, part.index / shares.panels, shares.rows);
  const Range own = piece(runs, part.index % shares.panels, shares.panels);
  const int64_t end = own.end * kTogether < panels ? own.end * kTogether : panels;
  multiply(p, rows, {own.begin * kTogether, end}, finish, sink);
}
