// albert_test [filter]: runs the tests whose name contains the filter; without one all but the exhaustive ones, which
// take minutes. Exit code 1 if one failed.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "cpu/rows.h"
#include "harness.h"

namespace albert::test {
namespace {

int failures = 0;

bool is_exhaustive(const Test& test) { return std::strncmp(test.name, "exhaustive", 10) == 0; }

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
    if (std::strstr(test.name, filter) == nullptr || (*filter == '\0' && is_exhaustive(test))) continue;
    test.run();
    std::fflush(stdout);
    ran++;
  }
  if (ran == 0) fail("albert_test", std::string("no test has '") + filter + "' in its name");
  return failures == 0 ? 0 : 1;
}
