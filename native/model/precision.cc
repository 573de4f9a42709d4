#include "model/precision.h"

#include "base/error.h"

namespace albert {

Formats formats_of(Precision precision) {
  Formats f;
  if (precision == Precision::full) return f;
  f.word = f.table = f.mapping = f.attention = f.product = f.value = f.ffn_output = f.pooler = f.head = Format::bf16;
  if (precision == Precision::bf16) return f;
  f.product = Format::int8;
  if (precision == Precision::int8) f.word = f.value = f.ffn_output = f.pooler = Format::int8;
  return f;
}

void check_precision(const Config& c, Precision precision) {
  if (precision == Precision::full) return;
  const bool int8 = precision != Precision::bf16;
  const char* const dtype = int8 ? "int8" : "bf16";
  const auto check = [&](const char* name, int64_t size, int64_t divisor) {
    if (size % divisor == 0) return;
    throw Error("UNSUPPORTED_DTYPE", std::string("dtype '") + dtype + "' needs " + name + " to be a multiple of " +
                                         std::to_string(divisor) + "; it is " + std::to_string(size) +
                                         ". dtype 'fp32' takes any size.");
  };
  check("the size of a head (hidden_size / num_attention_heads)", c.hidden_size / c.heads, 2);
  check("embedding_size", c.embedding_size, 2);
  check("hidden_size", c.hidden_size, int8 ? 4 : 2);
  check("intermediate_size", c.intermediate_size, int8 ? 4 : 2);
}

}  // namespace albert
