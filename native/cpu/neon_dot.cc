// The row for NEON with the dot product of bytes (ARMv8.2): int8 products. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__aarch64__)
#include "cpu/target/neon_dot.h"
namespace albert::cpu::neon_dot {
namespace {
#include "cpu/vec/neon.h"
#include "cpu/vec/neon_dot.h"
#include "cpu/vec/neon_halves.h"

#include "cpu/install.h"

void install(Ops<float>& ops) { install_int8(ops, "neon_dot"); }
}  // namespace
}  // namespace albert::cpu::neon_dot
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_neon_dot = neon_dot::install;
#else
const albert::cpu::Install albert::cpu::install_neon_dot = nullptr;
#endif
