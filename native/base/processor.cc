#include "base/processor.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace albert {

int current_processor() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

bool leave([[maybe_unused]] const Processors& taken) {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
  cpu_set_t others = allowed;
  for (size_t cpu = 0; cpu < taken.size() && cpu < CPU_SETSIZE; cpu++) {
    if (taken[cpu]) CPU_CLR(cpu, &others);
  }
  if (CPU_COUNT(&others) == 0) return false;
  // The first call returns on one of the others; the second only widens the mask and moves no one.
  if (sched_setaffinity(0, sizeof others, &others) != 0) return false;
  sched_setaffinity(0, sizeof allowed, &allowed);
  return true;
#else
  return false;
#endif
}

}  // namespace albert
