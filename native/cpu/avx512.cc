// The row for AVX-512 (F, BW, VL, DQ): everything. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/avx512.h"
namespace albert::cpu::avx512 {
namespace {
#include "cpu/vec/avx512.h"
#include "cpu/vec/avx512_halves.h"
#include "cpu/vec/avx512_words.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_fp32(ops, "avx512");
  install_bf16(ops, "avx512");
  install_int8(ops, "avx512");
}
}  // namespace
}  // namespace albert::cpu::avx512
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_avx512 = avx512::install;
#else
const albert::cpu::Install albert::cpu::install_avx512 = nullptr;
#endif
