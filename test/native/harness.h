// The runner of the native tests: a list of named tests, each of which prints one line a group of cases:
//   ok <name>   |   FAIL <name>: <detail>   |   skip <name>: <reason>
// No framework: ASan, UBSan and valgrind run the same binary, and npm turns its lines into test results.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace albert::test {

struct Test {
  const char* name;
  void (*run)();
};

// All tests of the binary, in no particular order.
std::vector<Test>& tests();

struct Registered {
  Registered(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

void ok(const std::string& name);
void fail(const std::string& name, const std::string& detail);
void skip(const std::string& name, const std::string& reason);

// ok(name) if `problem` is empty, else fail.
void conclude(const std::string& name, const std::string& problem);

}  // namespace albert::test

// A test with a body: TEST(arena_alignment) { … conclude(…); }
#define TEST(name)                                                             \
  static void test_##name();                                                   \
  static const albert::test::Registered registered_##name(#name, test_##name); \
  static void test_##name()
