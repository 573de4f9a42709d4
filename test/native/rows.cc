// The table of rows: complete at every stop, best last, and clear about what does not exist or cannot run.
#include "cpu/rows.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

#include "base/error.h"
#include "harness.h"

using namespace albert;
using namespace albert::test;

namespace {

std::string refusal(const char* isa) {
  try {
    cpu::float_ops(isa);
  } catch (const Error& error) {
    return std::strcmp(error.code(), "UNSUPPORTED_ISA") == 0 ? error.what() : error.code();
  }
  return "";
}

template <class T>
bool complete(const Ops<T>& ops) {
  bool all = ops.attention_scratch_bytes != nullptr;
#define OP(function, Arguments) all = all && ops.function != nullptr;
#include "ops/ops.def"
#undef OP
  return all;
}

}  // namespace

TEST(rows) {
  std::string problem;
  std::string best;
  for (const cpu::Row& row : cpu::rows()) {
    if (row.usable && !row.compiled) problem = std::string(row.name) + " is usable but not compiled";
    if (row.usable) {
      const Ops<float> ops = cpu::float_ops(row.name);
      // A row may be there for one format.
      const std::string names[] = {ops.name, ops.bf16_name, ops.int8_name};
      if (!complete(ops) || std::find(std::begin(names), std::end(names), row.name) == std::end(names)) {
        problem = std::string(row.name) + " gives " + ops.name;
      }
      best = names[0] + names[1] + names[2];
    } else if (refusal(row.name).find(row.name) == std::string::npos) {
      problem = std::string(row.name) + " cannot run but is not refused by name";
    }
  }
  if (std::strcmp(cpu::rows().front().name, "reference") != 0) problem = "the reference is not first";
  const Ops<float> usual = cpu::float_ops("");
  if (std::string(usual.name) + usual.bf16_name + usual.int8_name != best)
    problem = "the default is not the best usable row";
  if (cpu::float_ops("reference").linear_forward != reference::linear_forward<float>)
    problem = "the reference is replaced";
  if (!complete(cpu::double_ops())) problem = "float64 is incomplete";
  const std::string unknown = refusal("avx9");
  if (unknown.find("'avx9'") == std::string::npos || unknown.find("reference") == std::string::npos) {
    problem = "an unknown name is answered with: " + unknown;
  }
  conclude("rows", problem);
}
