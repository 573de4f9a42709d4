// The row for AVX-512 with BF16 and VNNI: bfloat16, and int8 products that may write it. Order of the includes: see
// avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/avx512_bf16.h"
namespace albert::cpu::avx512_bf16 {
namespace {
#include "cpu/vec/avx512.h"
#include "cpu/vec/avx512_bf16.h"
#include "cpu/vec/avx512_vnni.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_bf16(ops, "avx512_bf16");
  install_int8(ops, "avx512_bf16");
}
}  // namespace
}  // namespace albert::cpu::avx512_bf16
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_avx512_bf16 = avx512_bf16::install;
#else
const albert::cpu::Install albert::cpu::install_avx512_bf16 = nullptr;
#endif
