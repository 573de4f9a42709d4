// Begins the region of NEON, which every 64-bit ARM processor has; target/end.h ends it. No `#pragma once`.
#include <arm_neon.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("neon"))), apply_to = function)
#else
#pragma GCC push_options
#include "cpu/target/neon_order.h"
#endif
