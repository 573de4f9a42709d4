// gcc moves instructions before it gives out registers, and here so far apart that sums went to the stack in the loops
// of the micro-kernels. The pass after that, which knows the registers, stays. No `#pragma once`.
#pragma GCC optimize("no-schedule-insns")
