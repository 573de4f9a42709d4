// How many threads this process may keep busy: the affinity mask, the cgroup's quota, and ALBERT_NUM_THREADS.
// Spinning threads above the quota are only throttled, so the machine's number of processors is not the answer.
#pragma once

namespace albert {

// At least 1. ALBERT_NUM_THREADS, when it is a positive integer, wins over the rest.
int cpu_count();

// At least 1: what the system grants, whatever ALBERT_NUM_THREADS says.
int granted_processors();

}  // namespace albert
