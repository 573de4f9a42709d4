// What this machine can do at most: multiply-adds from register to register. Every "share of peak" is against this
// number, measured in the same minute, and not against a data sheet: virtual processors may be halves of a core or
// share a clock.
#pragma once

#include <cstdint>
#include <string>

namespace albert::bench {

// Runs `steps` rounds of independent multiply-adds in the registers of `isa` on the calling thread.
// Returns the floating-point operations done, 0 where the instruction set has no loop here.
double burn_multiply_adds(const std::string& isa, int64_t steps);

}  // namespace albert::bench
