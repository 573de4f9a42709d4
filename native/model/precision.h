// The arithmetic of a model: in which format each weight meets its inputs, and how finely weights are kept.
//   full       T everywhere
//   bf16       products and attention in bfloat16, matrices and tables rounded to it
//   int8       the products of the layers in int8, the word table and the pooler kept in int8; the rest as bf16
//   int8_high  the same with the values of attention and the second product of the FFN, where rounding costs most, and
//   what
//              is kept in int8 only, in bfloat16
// Sums, the residual stream, LayerNorm, softmax and heads are float32 in each of them (docs/quantization.md).
#pragma once

#include "model/config.h"
#include "ops/operand.h"

namespace albert {

enum class Precision { full, bf16, int8, int8_high };

struct Formats {
  Format word = Format::plain;
  Format table = Format::plain;
  Format mapping = Format::plain;
  Format attention = Format::plain;  // query, key and value
  Format product = Format::plain;    // query, key, dense and ffn
  Format value = Format::plain;
  Format ffn_output = Format::plain;
  Format pooler = Format::plain;  // rounded so, multiplied in float32, as the next
  Format head = Format::plain;
};

Formats formats_of(Precision precision);

// Throws UNSUPPORTED_DTYPE where a size of the model does not suit: rows of bfloat16 go in pairs, rows of int8 in
// fours.
void check_precision(const Config& config, Precision precision);

}  // namespace albert
