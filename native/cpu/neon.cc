// The row for NEON: everything. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__aarch64__)
#include "cpu/target/neon.h"
namespace albert::cpu::neon {
namespace {
#include "cpu/vec/neon.h"
#include "cpu/vec/neon_halves.h"
#include "cpu/vec/neon_words.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_fp32(ops, "neon");
  install_bf16(ops, "neon");
  install_int8(ops, "neon");
}
}  // namespace
}  // namespace albert::cpu::neon
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_neon = neon::install;
#else
const albert::cpu::Install albert::cpu::install_neon = nullptr;
#endif
