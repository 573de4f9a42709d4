// Which processor a thread runs on, and leaving it for another one. Where the system does not tell or allow it, nothing
// happens and nothing breaks.
#pragma once

#include <bitset>

namespace albert {

// By number. A machine may have more; those are never counted as taken.
using Processors = std::bitset<1024>;

// The processor that the calling thread is on; -1 = unknown.
int current_processor();

// Moves the calling thread off the processors in `taken`, if it may run on another one, and tells whether it did.
// It may run wherever it might before, so the system can move it again.
bool leave(const Processors& taken);

}  // namespace albert
