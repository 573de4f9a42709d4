// Hands freed memory back to the system. glibc raises its mmap threshold with each large block that is freed, so that
// weights end up in heaps that are kept; elsewhere free() does what is needed.
#pragma once

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace albert {

inline void return_free_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace albert
