// The pool: every member of a team runs once, barriers hold, teams larger than the machine end, callers take turns.
#include "base/thread_pool.h"

#include <atomic>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#include <time.h>
#endif

#include "base/cpu_count.h"
#include "base/float_mode.h"
#include "base/processor.h"
#include "harness.h"

using namespace albert;
using namespace albert::test;

namespace {

// Thousands of small jobs on a team of every size: lost wake-ups and reused state show as a hang or a wrong count.
std::string many_jobs(ThreadPool& pool, int team_size) {
  std::vector<std::atomic<int>> visits(static_cast<size_t>(pool.size()));
  constexpr int kJobs = 1000;
  for (int job = 0; job < kJobs; job++) {
    pool.run(team_size, [&](const Team& team) {
      if (team.part.count == team_size) visits[static_cast<size_t>(team.part.index)].fetch_add(1);
    });
  }
  for (int i = 0; i < pool.size(); i++) {
    const int expected = i < team_size ? kJobs : 0;
    const int got = visits[static_cast<size_t>(i)].load();
    if (got != expected) {
      return "part " + std::to_string(i) + " of " + std::to_string(team_size) + " ran " + std::to_string(got) +
             " times";
    }
  }
  return "";
}

}  // namespace

TEST(thread_pool_runs_each_part_once) {
  ThreadPool pool(8);
  std::string problem = pool.size() == 8 ? "" : "size";
  for (int team = 1; team <= 8 && problem.empty(); team++) problem = many_jobs(pool, team);
  conclude("thread_pool runs each part once", problem);
}

TEST(thread_pool_clamps) {
  ThreadPool pool(3);
  std::string problem;
  for (const auto& [asked, expected] : {std::pair(-1, 1), {0, 1}, {3, 3}, {99, 3}}) {
    std::atomic<int> count = 0;
    pool.run(asked, [&](const Team& team) { count = team.part.count; });
    if (count != expected) problem = "a team of " + std::to_string(asked);
  }
  if (ThreadPool(0).size() != 1) problem = "a pool of 0";
  conclude("thread_pool clamps the team", problem);
}

// After a barrier each member sees what all the others wrote before it.
TEST(thread_pool_barrier) {
  ThreadPool pool(6);
  std::string problem;
  for (const int count : {1, 2, 3, 6}) {
    constexpr int kRounds = 200;
    std::vector<int> written(static_cast<size_t>(count), 0);  // plain numbers: ThreadSanitizer would see a race
    std::atomic<int> wrong = 0;
    pool.run(count, [&](const Team& team) {
      for (int round = 1; round <= kRounds; round++) {
        written[static_cast<size_t>(team.part.index)] = round;
        team.sync();
        for (const int value : written) wrong += value != round;
        team.sync();
      }
    });
    if (wrong != 0) problem = std::to_string(wrong) + " stale reads in a team of " + std::to_string(count);
  }
  conclude("thread_pool barrier", problem);
}

TEST(thread_pool_callers_take_turns) {
  ThreadPool pool(2);
  std::atomic<int> inside = 0, most = 0, done = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; caller++) {
    callers.emplace_back([&] {
      for (int job = 0; job < 100; job++) {
        pool.run(2, [&](const Team& team) {
          if (team.part.index == 0) most = std::max(most.load(), inside.fetch_add(1) + 1);
          team.sync();
          if (team.part.index == 0) inside--;
          done++;
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const bool right = most == 1 && done == 4 * 100 * 2;
  conclude("thread_pool callers take turns", right ? "" : std::to_string(most) + " jobs at once");
}

TEST(thread_pool_sleeps_and_wakes) {
  ThreadPool pool(4);
  std::atomic<int> count = 0;
  for (int job = 0; job < 20; job++) {
    // Longer than the workers spin: they sleep now.
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    pool.run(4, [&](const Team&) { count++; });
  }
  conclude("thread_pool sleeps and wakes", count == 80 ? "" : "some did not wake");
}

// A member that wakes on the caller's processor leaves it before it works. What the system does later is its own
// affair, so a few rounds may end otherwise.
TEST(thread_pool_spreads) {
#if defined(__linux__)
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  if (granted_processors() < 2) return skip("thread_pool spreads", "this process may use one processor only");
  std::string problem;
  std::thread([&] {
    ThreadPool pool(2);
    // Both members stand on one processor at the end of the first job, both may leave it, and only the caller is bound.
    const int home = current_processor();
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<size_t>(home), &only);
    sched_setaffinity(0, sizeof only, &only);
    int together = 0;
    constexpr int kRounds = 50;
    for (int round = 0; round < kRounds; round++) {
      pool.run(2, [&](const Team& team) {
        if (team.part.index == 0) return;
        sched_setaffinity(0, sizeof only, &only);
        sched_setaffinity(0, sizeof allowed, &allowed);
      });
      int places[2] = {-1, -1};
      pool.run(2, [&](const Team& team) { places[team.part.index] = current_processor(); });
      together += places[0] == places[1];
    }
    if (together > kRounds / 5) problem = "stayed together in " + std::to_string(together) + " of 50 jobs";
  }).join();
  conclude("thread_pool spreads", problem);
#else
  skip("thread_pool spreads", "only Linux tells");
#endif
}

// Idle members use no processor time: measured on their own clocks, whatever else the machine does meanwhile.
TEST(thread_pool_parks) {
#if defined(__linux__)
  std::string problem;
  for (const int size : {2, 2 * granted_processors() + 1}) {
    ThreadPool pool(size);
    std::vector<clockid_t> clocks(static_cast<size_t>(size));
    pool.run(size, [&](const Team& team) {
      pthread_getcpuclockid(pthread_self(), &clocks[static_cast<size_t>(team.part.index)]);
    });
    const auto spent_ms = [&] {
      double total = 0;
      for (size_t i = 1; i < clocks.size(); i++) {
        timespec time{};
        clock_gettime(clocks[i], &time);
        total += static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
      }
      return total;
    };
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const double before = spent_ms();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const double spent = spent_ms() - before;
    if (spent > 2) problem = std::to_string(size) + " threads spent " + std::to_string(spent) + " ms while idle";
  }
  conclude("thread_pool parks", problem);
#else
  skip("thread_pool parks", "only Linux has a clock for each thread");
#endif
}

TEST(thread_pool_shared) {
  const std::shared_ptr<ThreadPool> one = ThreadPool::shared();
  const std::shared_ptr<ThreadPool> two = ThreadPool::shared();
  conclude("thread_pool is shared", one == two && one->size() >= 1 ? "" : "two pools");
}

TEST(float_mode) {
  volatile float small = 0x1p-126f;
  volatile float half = 0.5f;
  std::string problem;
  {
    const FlushDenormals flush;
#if defined(__SSE2__) || defined(__aarch64__)
    if (small * half != 0.0f) problem = "a denormal result was kept";
#endif
  }
  if (small * half != 0x1p-127f) problem = "the mode was not restored";
  conclude("float_mode flushes and restores", problem);
}
