// How a product is cut: small pure functions, so that tuning changes a number here and no loop.
// No cut touches a sum, so none of these numbers touches a bit of a result.
// Included inside the namespace of an instruction set.
#pragma once

// Piece `index` of `count` nearly equal ones. 128 rows are 18 tiles of 6 and 4 of 5, not 21 of 6 and one of 2: a tile
// of 2 rows takes as long as one of 5, because its few sums wait for the latency of the multiply-add.
inline Range piece(int64_t total, int64_t index, int64_t count) {
  return {total * index / count, total * (index + 1) / count};
}

inline int64_t pieces_of(int64_t total, int64_t most) { return (total + most - 1) / most; }

// Panels that a tile of few rows takes at once: enough sums to hide the latency of the multiply-add, few enough for the
// registers.
template <class Dot>
constexpr int panels_at_once(int rows) {
  const int fit = Dot::kVectors / (rows * kPanelVectors);
  return fit < 1 ? 1 : fit > 6 ? 6 : fit;
}

// Room for the sums of the largest tile.
constexpr int64_t kTileFloats =
    (kTileRows * kPanelVectors > kTileVectors ? kTileRows * kPanelVectors : kTileVectors) * kLanes;

// Rows that go through all panels before the next rows begin. Their inputs are read once a panel and should come from
// the L2 cache: 132 rows of 768 floats are 400 KB of 512 (Zen 2). Every block reads all weights once, from the L3 or
// from memory, which 132 rows pay for: 0.5 bytes a cycle.
constexpr int64_t kBlockRows = 132;

// How the parts share panels and rows: part = (row share, panel share).
struct Shares {
  int64_t rows = 1;
  int64_t panels = 1;
};

// Panels first: a part then reads its own weights alone, the same in every layer, and they stay in its own cache. Rows
// too where the panels cannot be shared evenly, as with 24 panels and 16 threads: 8 shares of 3 panels x 2 shares of
// rows have no thread wait, 16 shares of 1 or 2 panels have half of them wait half of the time.
inline Shares choose_shares(int64_t panels, int64_t row_tiles, int64_t parts) {
  Shares best = {1, parts};
  int64_t least = pieces_of(panels, parts) * row_tiles;
  for (int64_t rows = 2; rows <= parts; rows++) {
    if (parts % rows != 0) continue;
    const int64_t longest = pieces_of(panels, parts / rows) * pieces_of(row_tiles, rows);
    // A tenth better at least, or the second reading of the weights costs more than the waiting.
    if (longest * 10 < least * 9) {
      best = {rows, parts / rows};
      least = longest;
    }
  }
  return best;
}
