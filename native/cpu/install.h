// The last header inside the namespace of an instruction set: all bodies, and the function that puts them into the
// table. An op without a body here keeps its reference. The packer and the two products that read its panels go
// together.
#pragma once

#include "cpu/activation.h"
#include "cpu/attention.h"
#include "cpu/embedding.h"
#include "cpu/layer_norm.h"
#include "cpu/linear.h"
#include "cpu/linear_activation.h"

inline void install(Ops<float>& ops) {
  ops.embedding_forward = embedding_forward;
  ops.layer_norm_forward = layer_norm_forward;
  ops.linear_forward = linear_forward;
  ops.linear_activation_forward = linear_activation_forward;
  ops.activation_forward = activation_forward;
  ops.attention_forward = attention_forward;
  ops.attention_scratch_bytes = attention_scratch_bytes;
  ops.packer = kPacker;
  ops.name = kName;
}
