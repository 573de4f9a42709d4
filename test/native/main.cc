// albert_test [filter]: runs the tests whose name contains the filter, all without one. Exit code 1 if one failed.
// Exhaustive tests take minutes and run only when the filter begins with that word.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "cpu/rows.h"
#include "harness.h"

namespace albert::test {
namespace {

int failures = 0;

bool wanted(const Test& test, const char* filter) {
  const auto exhaustive = [](const char* text) { return std::strncmp(text, "exhaustive", 10) == 0; };
  return std::strstr(test.name, filter) != nullptr && (!exhaustive(test.name) || exhaustive(filter));
}

}  // namespace

std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

void ok(const std::string& name) { std::printf("ok %s\n", name.c_str()); }

void fail(const std::string& name, const std::string& detail) {
  failures++;
  std::printf("FAIL %s: %s\n", name.c_str(), detail.c_str());
}

void skip(const std::string& name, const std::string& reason) {
  std::printf("skip %s: %s\n", name.c_str(), reason.c_str());
}

void conclude(const std::string& name, const std::string& problem) { problem.empty() ? ok(name) : fail(name, problem); }

}  // namespace albert::test

int main(int argc, char** argv) {
  using namespace albert::test;
  const char* filter = argc > 1 ? argv[1] : "";
  for (const albert::cpu::Row& row : albert::cpu::rows()) {
    if (!row.compiled) skip(row.name, "not part of this build");
    if (row.compiled && !row.usable) skip(row.name, "this processor cannot run it");
  }
  std::sort(tests().begin(), tests().end(),
            [](const Test& a, const Test& b) { return std::strcmp(a.name, b.name) < 0; });
  int ran = 0;
  for (const Test& test : tests()) {
    if (!wanted(test, filter)) continue;
    test.run();
    std::fflush(stdout);
    ran++;
  }
  if (ran == 0) fail("albert_test", std::string("no test has '") + filter + "' in its name");
  return failures == 0 ? 0 : 1;
}
