// The last header inside the namespace of an instruction set: all bodies, and the functions that put them into the
// table. An op without a body here keeps its reference. The packers and the products that read their panels go
// together.
#pragma once

#include "cpu/activation.h"
#include "cpu/attention.h"
#include "cpu/burn.h"
#include "cpu/convert_rows.h"
#include "cpu/embedding.h"
#include "cpu/layer_norm.h"
#include "cpu/linear.h"
#include "cpu/linear_activation.h"
#include "cpu/linear_bf16.h"
#include "cpu/linear_int8.h"

inline void install_fp32(Ops<float>& ops, const char* row) {
  ops.embedding_forward = embedding_forward;
  ops.layer_norm_forward = layer_norm_forward;
  ops.linear_forward = linear_forward;
  ops.linear_activation_forward = linear_activation_forward;
  ops.activation_forward = activation_forward;
  ops.attention_forward = attention_forward;
  ops.attention_scratch_bytes = attention_scratch_bytes<float>;
  ops.packer = kPacker;
  ops.burn = burn<Fp32Dot>;
  ops.name = row;
}

template <class Dot>
inline void install_linear_bf16(Ops<float>& ops, const char* row) {
  ops.linear_bf16_forward = linear_bf16_forward<Dot>;
  ops.bf16_packer = kPacker;
  ops.burn_bf16 = burn<Dot>;
  ops.bf16_name = row;
}

inline void install_bf16(Ops<float>& ops, const char* row) {
  install_linear_bf16<Bf16Dot>(ops, row);
  ops.convert_rows_forward = convert_rows_forward;
  ops.attention_bf16_forward = attention_bf16_forward;
  ops.attention_bf16_scratch_bytes = attention_scratch_bytes<Bf16>;
}

template <class Dot = Int8Dot>
inline void install_int8(Ops<float>& ops, const char* row) {
  ops.linear_int8_forward = linear_int8_forward<Dot>;
  ops.int8_packer = kInt8Packer<Dot>;
  ops.burn_int8 = burn<Dot>;
  ops.int8_name = row;
}
