// Begins a region that is compiled for AMX with AVX-512, VNNI and BF16; target/end.h ends it. No `#pragma once`.
#if !defined(__clang__)
// See target/avx512_bf16.h.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                                \
    __attribute__((                                                                                          \
        target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx512vnni,avx512bf16,amx-tile,amx-bf16,amx-int8"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx512vnni,avx512bf16,amx-tile,amx-bf16,amx-int8")
#endif
