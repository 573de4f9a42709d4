// The rows of the table that the tests of ops walk: the reference, every instruction set that can run here, and the
// emulated ones.
#pragma once

#include <string>
#include <vector>

#include "ops/table.h"

namespace albert::test {

struct TestRow {
  std::string name;
  Ops<float> ops;
  bool vector = false;  // all vector rows promise each other's bits
};

const std::vector<TestRow>& rows_under_test();

void install_emulated(Ops<float>& ops);
// After that one: its linear layers of bfloat16 and int8 in tile registers.
void install_emulated_tiles(Ops<float>& ops);

}  // namespace albert::test
