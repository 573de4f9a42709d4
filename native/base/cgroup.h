// The quota of processor time that a container or a service was given, read from Linux' control groups, version 2 or 1.
// Reads with fixed buffers and allocates nothing; a stream would swallow a failed allocation and report no quota.
#pragma once

namespace albert {

// Processors (a fraction is possible) that the tightest of the process's groups grants; 0 = no quota.
//   root        where the groups are mounted: /sys/fs/cgroup
//   membership  the file that names the process's groups: /proc/self/cgroup
double cgroup_processors(const char* root, const char* membership);

}  // namespace albert
