// The rows of the table that the tests of ops walk: the reference, every instruction set that can run here, and the
// emulated one.
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

}  // namespace albert::test
