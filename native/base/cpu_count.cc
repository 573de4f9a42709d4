#include "base/cpu_count.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/cgroup.h"

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

// Whole processors in the quota of the cgroup; a large number where there is none.
int from_cgroup() {
  const double processors = cgroup_processors("/sys/fs/cgroup", "/proc/self/cgroup");
  return processors > 0 && processors < kMaxThreads ? std::max(static_cast<int>(processors), 1) : kMaxThreads;
}

}  // namespace

int granted_processors() { return std::min(from_affinity(), from_cgroup()); }

int cpu_count() {
  const int asked = from_environment();
  return asked > 0 ? asked : granted_processors();
}

}  // namespace albert
