// The row for AVX-VNNI: int8 products, 256 bits wide. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/avx_vnni.h"
namespace albert::cpu::avx_vnni {
namespace {
#include "cpu/vec/avx2.h"
#include "cpu/vec/avx_vnni.h"
#include "cpu/vec/halves_dot.h"

#include "cpu/install.h"

void install(Ops<float>& ops) { install_int8(ops, "avx_vnni"); }
}  // namespace
}  // namespace albert::cpu::avx_vnni
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_avx_vnni = avx_vnni::install;
#else
const albert::cpu::Install albert::cpu::install_avx_vnni = nullptr;
#endif
