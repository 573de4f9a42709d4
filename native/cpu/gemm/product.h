// The loops around the micro-kernel, once for linear layers and attention: rows in blocks, panels, row tiles.
// A `Finish` is a function (sums, row, column) -> what is stored; it runs over the sums of a tile from the L1 cache.
// Included inside the namespace of an instruction set.
#pragma once

#include "cpu/gemm/tile.h"

#include "cpu/gemm/blocking.h"

// The instance of the micro-kernel for `rows` rows and one panel, or panels_at_once(rows) of them.
template <int MR = kTileRows>
inline void run_tile(const Product& p, const TilePlace& at, int64_t rows, int64_t panels, float* sums, int64_t stride) {
  if (rows == MR) {
    if (panels > 1) {
      multiply_tile<MR, panels_at_once(MR)>(p, at, sums, stride);
    } else {
      multiply_tile<MR, 1>(p, at, sums, stride);
    }
  } else if constexpr (MR > 1) {
    run_tile<MR - 1>(p, at, rows, panels, sums, stride);
  }
}

// A Finish for a y that has room for whole panels and takes the sums as they are.
struct KeepSums {};

// y = finish(sums), without the columns of the last panel that y does not have.
template <class Finish>
inline void finish_tile(const Product& p, Range rows, Range panels, const float* sums, const Finish& finish) {
  const int64_t first = panels.begin * kPanel;
  const int64_t last = panels.end * kPanel < p.y.cols ? panels.end * kPanel : p.y.cols;
  for (int64_t row = rows.begin; row < rows.end; row++) {
    float* const y = p.y.row(row);
    int64_t column = first;
    for (; column + kLanes <= last; column += kLanes) {
      store(y + column, finish(load(sums + column - first), row, column));
    }
    if (column < last) store_first(y + column, finish(load(sums + column - first), row, column), last - column);
    sums += (panels.end - panels.begin) * kPanel;
  }
}

template <class Finish>
inline void multiply_and_finish(const Product& p, Range rows, Range panels, const Ahead& ahead, const Finish& finish) {
  const TilePlace at = {rows.begin, panels.begin, ahead};
  const int64_t height = rows.end - rows.begin;
  const int64_t width = panels.end - panels.begin;
  if constexpr (__is_same(Finish, KeepSums)) {
    run_tile(p, at, height, width, p.y.row(rows.begin) + panels.begin * kPanel, p.y.stride);
  } else {
    alignas(64) float sums[kTileFloats];
    run_tile(p, at, height, width, sums, width * kPanel);
    finish_tile(p, rows, panels, sums, finish);
  }
}

// The next panel comes near while this one is multiplied: each of the row tiles fetches its share, a little at every
// step of k, so that the first tile of a panel finds its weights in the L2 cache. With weights from memory, 768 x 9216
// on one Zen 2 core, of peak: 8 rows 41 -> 59 %, 16 rows 57 -> 86 %, 32 rows 71 -> 90 %. Several panels at once are
// streams enough for the processor's own prefetcher, which fetches more at a time (1 or 2 rows: 23 GB/s, with ours 20).
inline Ahead look_ahead(const Product& p, Range panels, int64_t last_panel, int64_t tiles) {
  const char* const next = reinterpret_cast<const char*>(p.panel(panels.end));
  if (panels.end - panels.begin > 1 || panels.end >= last_panel || p.depth == 0) return {next, 0};
  return {next, pieces_of(kPanel * static_cast<int64_t>(sizeof(float)), tiles)};
}

// Rows of one block: at least one row, at most kBlockRows.
template <class Finish>
inline void multiply_block(const Product& p, Range rows, Range panels, const Finish& finish) {
  const int64_t count = rows.end - rows.begin;
  const int64_t tiles = pieces_of(count, kTileRows);
  const int64_t at_once = tiles == 1 ? panels_at_once(static_cast<int>(count)) : 1;
  for (int64_t panel = panels.begin; panel < panels.end;) {
    const int64_t next = panel + (panels.end - panel < at_once ? 1 : at_once);
    Ahead ahead = look_ahead(p, {panel, next}, panels.end, tiles);
    for (int64_t tile = 0; tile < tiles; tile++) {
      const Range part = piece(count, tile, tiles);
      const Range own = {rows.begin + part.begin, rows.begin + part.end};
      multiply_and_finish(p, own, {panel, next}, ahead, finish);
      ahead.at += ahead.step_bytes * p.depth;
    }
    panel = next;
  }
}

template <class Finish>
inline void multiply(const Product& p, Range rows, Range panels, const Finish& finish) {
  const int64_t count = rows.end - rows.begin;
  const int64_t blocks = pieces_of(count, kBlockRows);
  for (int64_t block = 0; block < blocks; block++) {
    const Range own = piece(count, block, blocks);
    multiply_block(p, {rows.begin + own.begin, rows.begin + own.end}, panels, finish);
  }
}

// The share of one part, as blocking.h cuts it.
template <class Finish>
inline void multiply_share(const Product& p, Part part, const Finish& finish) {
  const int64_t panels = pieces_of(p.y.cols, kPanel);
  const int64_t row_tiles = pieces_of(p.x.rows, kTileRows);
  const Shares shares = choose_shares(panels, row_tiles, part.count);
  const Range rows = piece(p.x.rows, part.index / shares.panels, shares.rows);
  multiply(p, rows, piece(panels, part.index % shares.panels, shares.panels), finish);
}
