// The threads that compute. One pool a process; a job runs the same function on each of its threads (a team),
// and the function synchronises the team where one product needs all of the product before it.
// Workers spin for about 200 us after a job, since the next layer or request is usually close, then sleep; they sleep
// at once where the pool has more threads than the system grants processors.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/part.h"

namespace albert {

// Lets `count` threads wait for each other. Spins, and gives its time slice away when the wait is long
// (more threads than processors).
class Barrier {
 public:
  // spins: how often to look before giving the time slice away.
  Barrier(int count, int spins) : count_(count), spins_(spins) {}
  void wait();

 private:
  const int count_;
  const int spins_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> generation_{0};
};

// What the function of a job sees: its place in the team, and the barrier.
struct Team {
  Part part;
  Barrier* barrier = nullptr;  // null for a team of one
  void sync() const {
    if (barrier != nullptr) barrier->wait();
  }
};

class ThreadPool {
 public:
  // A pool of `size` threads, the caller of run() counted as one of them. Throws std::system_error if a thread cannot
  // be started, and leaves none behind.
  explicit ThreadPool(int size);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;
  // Runs body on `count` threads (clamped to 1..size()) and returns when all are done. The caller is part 0.
  // One job at a time: a second caller waits. The body must not throw, and so must not allocate: the others would wait
  // for it forever. run() itself allocates nothing.
  template <class Body>
  void run(int count, const Body& body) {
    run_job(count, {&body, [](const void* own, const Team& team) noexcept { (*static_cast<const Body*>(own))(team); }});
  }

  // The pool that all models share; made by the first caller, joined when the last one lets go of it.
  static std::shared_ptr<ThreadPool> shared();

 private:
  // A function that someone else holds.
  struct Job {
    const void* body;
    void (*call)(const void* body, const Team& team) noexcept;
  };
  void run_job(int count, const Job& job);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace albert
