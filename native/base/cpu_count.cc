#include "base/cpu_count.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace albert {
namespace {

constexpr int kMaxThreads = 1024;

int from_environment() {
  const char* text = std::getenv("ALBERT_NUM_THREADS");
  if (text == nullptr) return 0;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  return *text != '\0' && *end == '\0' && value > 0 ? static_cast<int>(std::min<long>(value, kMaxThreads)) : 0;
}

int from_affinity() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// Whole processors in the quota of the cgroup (version 2, then 1); a large number where there is none.
int from_cgroup() {
#if defined(__linux__)
  double quota = 0;
  double period = 0;
  std::string first;
  if (std::ifstream file("/sys/fs/cgroup/cpu.max"); file >> first >> period && first != "max") {
    quota = std::strtod(first.c_str(), nullptr);
  } else if (std::ifstream v1("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"); v1 >> quota) {
    std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  }
  if (quota > 0 && period > 0) return std::max(static_cast<int>(quota / period), 1);
#endif
  return kMaxThreads;
}

}  // namespace

int cpu_count() {
  const int asked = from_environment();
  return asked > 0 ? asked : std::min(from_affinity(), from_cgroup());
}

}  // namespace albert
