// Ends a region that one of the other headers here began. No `#pragma once`.
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
