// Begins a region that is compiled for AVX-512 with VNNI; target/end.h ends it. No `#pragma once`.
#if !defined(__clang__)
// gcc 12 takes the undefined operands inside its own header for a mistake of ours (gcc bug 105593). The same bodies are
// compiled with these warnings in avx2.cc.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx512vnni"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx512vnni")
#endif
