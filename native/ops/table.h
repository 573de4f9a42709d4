// The table of functions that native/model calls. It starts out complete with the plain references; each usable
// instruction set overwrites what it does better (cpu/rows.h). Ops<double> exists with references only.
#pragma once

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/binary_cross_entropy.h"
#include "ops/cross_entropy.h"
#include "ops/dropout.h"
#include "ops/embedding.h"
#include "ops/gather_rows.h"
#include "ops/layer_norm.h"
#include "ops/linear.h"
#include "ops/linear_activation.h"
#include "ops/log_softmax.h"
#include "ops/squared_error.h"

namespace albert {

template <class T>
struct Ops {
#define OP(function, Arguments) void (*function)(const Arguments<T>&, Part) = reference::function<T>;
#include "ops/ops.def"
#undef OP
  int64_t (*attention_scratch_bytes)(const AttentionShape&) = reference::attention_scratch_bytes<T>;
  Packer packer;                   // how linear weights are packed for linear_forward and linear_activation_forward
  const char* name = "reference";  // of the last row that wrote into the table
};

}  // namespace albert
