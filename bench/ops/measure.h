// Times a piece of work on a team of threads, beside the peak of the machine.
#pragma once

#include <cstdint>
#include <functional>

#include "base/thread_pool.h"

namespace albert::bench {

struct Timing {
  double best_seconds = 0;
  double median_seconds = 0;
  double peak_flops = 0;  // per second, of the whole team; 0 = unknown
  int runs = 0;
};

struct Bench {
  ThreadPool& pool;
  int threads;
  double (*burn)(int64_t steps);  // the peak to compare with (native/cpu/burn.h); may be null
};

// Runs `work` again and again for about `seconds`, a short burst of multiply-adds before each run. One thread is timed
// by the time that it ran, which other processes do not lengthen; a team by the clock on the wall.
Timing measure(const Bench& bench, double seconds, const std::function<void(const Team&)>& work);

}  // namespace albert::bench
