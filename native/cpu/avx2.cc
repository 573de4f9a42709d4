// The row for AVX2 and FMA. Everything between the pragmas is compiled for them, and only that: the standard library
// and the contracts are included before, so that no inline function of theirs is compiled for a newer processor than
// the rest of the library is.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace albert::cpu::avx2 {
namespace {
#include "cpu/vec/avx2.h"

#include "cpu/install.h"
}  // namespace
}  // namespace albert::cpu::avx2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const albert::cpu::Install albert::cpu::install_avx2 = avx2::install;
#else
const albert::cpu::Install albert::cpu::install_avx2 = nullptr;
#endif
