// The row for NEON with bfloat16 (ARMv8.6): bfloat16, and int8 products that may write it. Order of the includes: see
// avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__aarch64__)
#include "cpu/target/neon_bf16.h"
namespace albert::cpu::neon_bf16 {
namespace {
#include "cpu/vec/neon.h"
#include "cpu/vec/neon_bf16.h"
#include "cpu/vec/neon_dot.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_bf16(ops, "neon_bf16");
  install_int8(ops, "neon_bf16");
}
}  // namespace
}  // namespace albert::cpu::neon_bf16
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_neon_bf16 = neon_bf16::install;
#else
const albert::cpu::Install albert::cpu::install_neon_bf16 = nullptr;
#endif
