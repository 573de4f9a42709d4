// The row for AVX2 and FMA: everything. What stands between the two target headers is compiled for them, and only that:
// the standard library and the contracts are included before, so that no inline function of theirs is compiled for a
// newer processor than the rest of the library is.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/avx2.h"
namespace albert::cpu::avx2 {
namespace {
#include "cpu/vec/avx2.h"
#include "cpu/vec/avx2_words.h"
#include "cpu/vec/halves_dot.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_fp32(ops, "avx2");
  install_bf16(ops, "avx2");
  install_int8(ops, "avx2");
}
}  // namespace
}  // namespace albert::cpu::avx2
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_avx2 = avx2::install;
#else
const albert::cpu::Install albert::cpu::install_avx2 = nullptr;
#endif
