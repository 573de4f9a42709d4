// The harness proves itself complete: every line of ops.def has a test.
#include <algorithm>
#include <cstring>

#include "harness.h"

using namespace albert::test;

TEST(coverage) {
  const char* const ops[] = {
#define OP(function, Arguments) #function,
#include "ops/ops.def"
#undef OP
  };
  std::string missing;
  for (const char* op : ops) {
    const bool found =
        std::any_of(tests().begin(), tests().end(), [&](const Test& t) { return std::strcmp(t.name, op) == 0; });
    if (!found) missing += std::string(missing.empty() ? "" : ", ") + op;
  }
  conclude("coverage of ops.def", missing.empty() ? "" : "no OP_TEST for " + missing);
}
