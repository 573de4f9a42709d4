// Begins a region that is compiled for NEON with the dot product of bytes; target/end.h ends it. No `#pragma once`.
#include <arm_neon.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("arch=armv8.2-a+dotprod")
#include "cpu/target/neon_order.h"
#endif
