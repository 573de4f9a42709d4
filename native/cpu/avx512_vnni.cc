// The row for AVX-512 with VNNI: int8 products. Order of the includes: see avx2.cc.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include "cpu/target/avx512_vnni.h"
namespace albert::cpu::avx512_vnni {
namespace {
#include "cpu/vec/avx512.h"
#include "cpu/vec/avx512_halves.h"
#include "cpu/vec/avx512_vnni.h"

#include "cpu/install.h"

void install(Ops<float>& ops) { install_int8(ops, "avx512_vnni"); }
}  // namespace
}  // namespace albert::cpu::avx512_vnni
#include "cpu/target/end.h"

const albert::cpu::Install albert::cpu::install_avx512_vnni = avx512_vnni::install;
#else
const albert::cpu::Install albert::cpu::install_avx512_vnni = nullptr;
#endif
