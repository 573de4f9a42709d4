// The row for AMX: the linear layers of bfloat16 and int8 in tile registers; attention and everything else stay with
// AVX-512. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/amx.h"
namespace albert::cpu::amx {
namespace {
#include "cpu/vec/avx512.h"
#include "cpu/vec/avx512_bf16.h"
#include "cpu/vec/avx512_vnni.h"

#include "cpu/vec/amx.h"

#include "cpu/gemm/tile_registers.h"

#include "cpu/install.h"

void install(Ops<float>& ops) {
  install_linear_bf16<TileBf16Dot>(ops, "amx");
  install_int8<TileInt8Dot>(ops, "amx");
}
}  // namespace
}  // namespace albert::cpu::amx
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_amx = amx::install;
#else
const albert::cpu::Install albert::cpu::install_amx = nullptr;
#endif
