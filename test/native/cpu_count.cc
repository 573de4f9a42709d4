// cpu_count(): ALBERT_NUM_THREADS wins when it is a positive integer and is ignored otherwise.
#include "base/cpu_count.h"

#include <cstdlib>
#include <string>

#include "harness.h"

using namespace albert;
using namespace albert::test;

TEST(cpu_count) {
  const char* const name = "ALBERT_NUM_THREADS";
  const char* const before = std::getenv(name);
  const std::string kept = before == nullptr ? "" : before;
  std::string problem;
  unsetenv(name);
  const int own = cpu_count();
  if (own < 1) problem = "no processor";
  for (const auto& [text, expected] : {std::pair<const char*, int>{"1", 1},
                                       {"7", 7},
                                       {"99999999", 1024},
                                       {"0", own},
                                       {"-3", own},
                                       {"", own},
                                       {"two", own},
                                       {"2x", own}}) {
    setenv(name, text, 1);
    const int got = cpu_count();
    if (got != expected) problem = std::string("ALBERT_NUM_THREADS='") + text + "' gives " + std::to_string(got);
  }
  before == nullptr ? unsetenv(name) : setenv(name, kept.c_str(), 1);
  conclude("cpu_count", problem);
}
