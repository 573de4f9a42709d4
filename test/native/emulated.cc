// The row that exists only here: every body compiled over the vocabulary in plain C++.
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#include "ops/table.h"
#include "rows_under_test.h"

namespace albert::test::emulated {
namespace {
#include "cpu/vec/emulated.h"
#include "cpu/vec/halves_dot.h"

#include "cpu/install.h"
}  // namespace
}  // namespace albert::test::emulated

void albert::test::install_emulated(Ops<float>& ops) {
  emulated::install_fp32(ops, "emulated");
  emulated::install_bf16(ops, "emulated");
  emulated::install_int8(ops, "emulated");
}
