// Hands free pages of the heap back to the system. Our own large blocks are mapped (arena.h) and need none of this; but
// glibc keeps what JavaScript's buffers leave behind, in pieces that it cannot use again.
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
