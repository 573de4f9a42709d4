// What the file of an instruction set gives to the table of rows.
#pragma once

#include "ops/table.h"

namespace albert::cpu {

// Overwrites the ops that the row does better; null where the compiler's target has no such instruction set.
using Install = void (*)(Ops<float>&);

#define ISA(name, condition) extern const Install install_##name;
#include "cpu/isa.def"
#undef ISA

}  // namespace albert::cpu
