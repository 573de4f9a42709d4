#include "measure.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

namespace albert::bench {
namespace {

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double thread_seconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
#else
  return wall_seconds();
#endif
}

double seconds_of(const Bench& bench, const std::function<void(const Team&)>& work) {
  double (*const clock)() = bench.threads == 1 ? thread_seconds : wall_seconds;
  const double start = clock();
  bench.pool.run(bench.threads, work);
  return clock() - start;
}

double peak(const Bench& bench) {
  if (bench.burn == nullptr) return 0;
  constexpr int64_t kSteps = 2000;  // some tens of microseconds: shorter than a time slice
  double flops = 0;
  const double seconds = seconds_of(bench, [&](const Team& team) {
    const double own = bench.burn(kSteps);
    if (team.part.index == 0) flops = own * team.part.count;
  });
  return flops / seconds;
}

}  // namespace

Timing measure(const Bench& bench, double seconds, const std::function<void(const Team&)>& work) {
  constexpr int kFewest = 5;
  Timing timing;
  std::vector<double> times;
  const double end = wall_seconds() + seconds;
  while (times.size() < kFewest || wall_seconds() < end) {
    timing.peak_flops = std::max(timing.peak_flops, peak(bench));
    times.push_back(seconds_of(bench, work));
  }
  std::sort(times.begin(), times.end());
  timing.best_seconds = times.front();
  timing.median_seconds = times[times.size() / 2];
  timing.runs = static_cast<int>(times.size());
  return timing;
}

}  // namespace albert::bench
