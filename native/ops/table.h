// The table of functions that native/model calls. It starts out complete with the plain references; each usable
// instruction set overwrites what it does better (cpu/rows.h). Ops<double> exists with references only.
#pragma once

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/binary_cross_entropy.h"
#include "ops/convert_rows.h"
#include "ops/cross_entropy.h"
#include "ops/dropout.h"
#include "ops/embedding.h"
#include "ops/gather_rows.h"
#include "ops/layer_norm.h"
#include "ops/linear.h"
#include "ops/linear_activation.h"
#include "ops/linear_bf16.h"
#include "ops/linear_int8.h"
#include "ops/log_softmax.h"
#include "ops/squared_error.h"

namespace albert {

template <class T>
struct Ops {
#define OP(function, Arguments) void (*function)(const Arguments<T>&, Part) = reference::function<T>;
#include "ops/ops.def"
#undef OP
  int64_t (*attention_scratch_bytes)(const AttentionShape&) = reference::attention_scratch_bytes<T>;
  int64_t (*attention_bf16_scratch_bytes)(const AttentionShape&) = reference::attention_scratch_bytes<T>;
  // How weights are packed: for linear_forward and linear_activation_forward, linear_bf16_forward, linear_int8_forward.
  Packer packer;
  Packer bf16_packer;
  Packer int8_packer;
  // The peak of a core in each format, cpu/burn.h; null in the reference.
  double (*burn)(int64_t steps) = nullptr;
  double (*burn_bf16)(int64_t steps) = nullptr;
  double (*burn_int8)(int64_t steps) = nullptr;
  // The last row that wrote into the table, for each format.
  const char* name = "reference";
  const char* bf16_name = "reference";
  const char* int8_name = "reference";
};

}  // namespace albert
