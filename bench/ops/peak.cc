#include "peak.h"

#include "ops/table.h"

#if defined(__x86_64__)
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // see native/cpu/avx512.cc
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace albert::bench::avx2 {
namespace {
#include "cpu/vec/avx2.h"

#include "burn.h"
}  // namespace
}  // namespace albert::bench::avx2
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
#endif
namespace albert::bench::avx512 {
namespace {
#include "cpu/vec/avx512.h"

#include "burn.h"
}  // namespace
}  // namespace albert::bench::avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

namespace albert::bench {

double burn_multiply_adds([[maybe_unused]] const std::string& isa, [[maybe_unused]] int64_t steps) {
#if defined(__x86_64__)
  if (isa == "avx2") return avx2::burn(steps);
  if (isa == "avx512") return avx512::burn(steps);
#endif
  return 0;
}

}  // namespace albert::bench
