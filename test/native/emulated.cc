// The rows that exist only here: every body compiled over the vocabulary in plain C++, with vectors and with tile
// registers.
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "ops/table.h"
#include "rows_under_test.h"

namespace albert::test::emulated {
namespace {
#include "cpu/vec/emulated.h"
#include "cpu/vec/halves_dot.h"

#include "cpu/vec/emulated_tiles.h"

#include "cpu/gemm/tile_registers.h"

#include "cpu/install.h"
}  // namespace
}  // namespace albert::test::emulated

void albert::test::install_emulated(Ops<float>& ops) {
  emulated::install_fp32(ops, "emulated");
  emulated::install_bf16(ops, "emulated");
  emulated::install_int8(ops, "emulated");
}

void albert::test::install_emulated_tiles(Ops<float>& ops) {
  emulated::install_linear_bf16<emulated::TileBf16Dot>(ops, "emulated_tiles");
  emulated::install_int8<emulated::TileInt8Dot>(ops, "emulated_tiles");
}
