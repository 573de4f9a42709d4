// The row for AVX-512 (F, BW, VL, DQ). Everything between the pragmas is compiled for it, and only that: the standard
// library and the contracts are included before, so that no inline function of theirs is compiled for a newer processor
// than the rest of the library is.
#include <cassert>
#include <cstring>

#include "cpu/row.h"
#include "ops/table.h"

#if defined(__x86_64__)
#if !defined(__clang__)
// gcc 12 takes the undefined operands inside its own header for a mistake of ours (gcc bug 105593). The same bodies are
// compiled with these warnings in avx2.cc.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
#endif
namespace albert::cpu::avx512 {
namespace {
#include "cpu/vec/avx512.h"

#include "cpu/install.h"
}  // namespace
}  // namespace albert::cpu::avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const albert::cpu::Install albert::cpu::install_avx512 = avx512::install;
#else
const albert::cpu::Install albert::cpu::install_avx512 = nullptr;
#endif
