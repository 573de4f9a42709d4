// The rows of the dispatch table: which instruction sets exist, which can run here, and the table that they fill.
// Dispatch is overwriting: begin with the complete reference, let each usable row replace what it does better, stop at
// the row that was asked for.
#pragma once

#include <string>
#include <vector>

#include "ops/table.h"

namespace albert::cpu {

struct Row {
  const char* name;
  bool compiled;  // the compiler's target has this instruction set
  bool usable;    // compiled, and this processor can run it
};

// "reference" first, then the rows of isa.def in order.
const std::vector<Row>& rows();

// The float32 table up to and including row `isa`; empty = the best usable one.
// Throws UNSUPPORTED_ISA for a name that does not exist or cannot run here.
Ops<float> float_ops(const std::string& isa);

// The float64 table: references only, for parity to 1e-12 and finite differences.
Ops<double> double_ops();

}  // namespace albert::cpu
