// Quotas of control groups, from folders that look like the system's: versions 1 and 2, groups within groups, damage.
#include "base/cgroup.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "harness.h"

using namespace albert;
using namespace albert::test;

#if defined(__linux__)
namespace {

struct Case {
  const char* name;
  const char* membership;
  std::initializer_list<std::pair<const char*, const char*>> files;
  double expected;
};

double quota(const Case& c) {
  char folder[] = "/tmp/albert-cgroup-XXXXXX";
  if (mkdtemp(folder) == nullptr) return -1;
  const std::filesystem::path root = folder;
  std::ofstream(root / "membership") << c.membership;
  for (const auto& [path, text] : c.files) {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  const double processors = cgroup_processors(folder, (root / "membership").c_str());
  std::filesystem::remove_all(root);
  return processors;
}

}  // namespace
#endif

TEST(cgroup_quota) {
#if defined(__linux__)
  const Case cases[] = {
      {"nothing mounted", "0::/\n", {}, 0},
      {"no quota", "0::/\n", {{"cpu.max", "max 100000\n"}}, 0},
      {"container, version 2", "0::/\n", {{"cpu.max", "150000 100000\n"}}, 1.5},
      {"path of the host inside a container", "0::/docker/1234\n", {{"cpu.max", "400000 100000\n"}}, 4},
      {"service, version 2", "0::/a/b.service\n", {{"a/b.service/cpu.max", "200000 100000\n"}}, 2},
      {"tighter above", "0::/a/b\n", {{"a/b/cpu.max", "800000 100000\n"}, {"a/cpu.max", "300000 100000\n"}}, 3},
      {"tighter below", "0::/a/b\n", {{"a/b/cpu.max", "50000 100000\n"}, {"a/cpu.max", "300000 100000\n"}}, 0.5},
      {"a sibling's is not ours", "0::/a\n", {{"b/cpu.max", "100000 100000\n"}, {"ab/cpu.max", "1000 100000\n"}}, 0},
      {"version 1",
       "3:cpu,cpuacct:/\n0::/\n",
       {{"cpu/cpu.cfs_quota_us", "250000\n"}, {"cpu/cpu.cfs_period_us", "100000\n"}},
       2.5},
      {"version 1, a group",
       "9:memory:/m\n4:cpuacct,cpu:/g\n",
       {{"cpu/g/cpu.cfs_quota_us", "100000\n"}, {"cpu/g/cpu.cfs_period_us", "50000\n"}},
       2},
      {"version 1, no quota",
       "4:cpu:/\n",
       {{"cpu/cpu.cfs_quota_us", "-1\n"}, {"cpu/cpu.cfs_period_us", "100000\n"}},
       0},
      {"another controller's group", "4:cpuset:/g\n", {{"cpu/g/cpu.max", "100000 100000\n"}}, 0},
      {"damaged", "nonsense\n:\n::\n0:/\n", {{"cpu.max", "abc\n"}}, 0},
      {"period of zero", "0::/\n", {{"cpu.max", "100000 0\n"}}, 0},
  };
  std::string problem;
  for (const Case& c : cases) {
    const double got = quota(c);
    if (got != c.expected) problem += std::string(c.name) + ": " + std::to_string(got) + "; ";
  }
  conclude("cgroup quota", problem);
#else
  skip("cgroup quota", "only Linux has control groups");
#endif
}
