#include "base/thread_pool.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "base/cpu_count.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace albert {
namespace {

// Twice the gap between two requests of a busy server; longer only burns the quota of a container.
constexpr auto kSpin = std::chrono::microseconds(50);

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

void Barrier::wait() {
  const uint32_t generation = generation_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == count_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    generation_.store(generation + 1, std::memory_order_release);
    return;
  }
  for (int spins = 0; generation_.load(std::memory_order_acquire) == generation; spins++) {
    // A thread that lost its processor keeps the others waiting for a whole time slice: let it in.
    if (spins < 4000) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

// Each worker watches a job number of its own, so a team smaller than the pool wakes and awaits only its members.
struct Worker {
  alignas(64) std::atomic<uint32_t> job{0};
  std::thread thread;
};

struct ThreadPool::State {
  explicit State(int threads) : size(threads), workers(static_cast<size_t>(threads - 1)) {
    for (int index = 1; index < threads; index++) {
      workers[static_cast<size_t>(index - 1)].thread = std::thread([this, index] { work(index); });
    }
  }

  ~State() {
    body = nullptr;
    for (Worker& worker : workers) start(worker);
    for (Worker& worker : workers) worker.thread.join();
  }

  static void start(Worker& worker) {
    worker.job.fetch_add(1, std::memory_order_release);
    worker.job.notify_one();
  }

  void work(int index) {
    std::atomic<uint32_t>& job = workers[static_cast<size_t>(index - 1)].job;
    for (uint32_t seen = 0;; seen++) {
      await(job, seen);
      if (body == nullptr) return;
      (*body)(Team{{index, count}, barrier});
      running.fetch_sub(1, std::memory_order_release);
    }
  }

  static void await(const std::atomic<uint32_t>& job, uint32_t seen) {
    const auto until = std::chrono::steady_clock::now() + kSpin;
    do {
      for (int i = 0; i < 64; i++) {
        if (job.load(std::memory_order_acquire) != seen) return;
        relax();
      }
    } while (std::chrono::steady_clock::now() < until);
    job.wait(seen, std::memory_order_acquire);
  }

  const int size;
  std::vector<Worker> workers;
  std::mutex callers;  // one job at a time
  // Written before the job numbers are advanced, read by the team after it saw them.
  const std::function<void(const Team&)>* body = nullptr;
  Barrier* barrier = nullptr;
  int count = 0;
  alignas(64) std::atomic<int> running{0};
};

ThreadPool::ThreadPool(int size) : state_(std::make_unique<State>(std::max(size, 1))) {}
ThreadPool::~ThreadPool() = default;

int ThreadPool::size() const { return state_->size; }

void ThreadPool::run(int count, const std::function<void(const Team&)>& body) {
  count = std::clamp(count, 1, state_->size);
  if (count == 1) {
    body(Team{});
    return;
  }
  std::lock_guard caller(state_->callers);
  Barrier barrier(count);
  state_->body = &body;
  state_->barrier = &barrier;
  state_->count = count;
  state_->running.store(count - 1, std::memory_order_relaxed);
  for (int index = 1; index < count; index++) State::start(state_->workers[static_cast<size_t>(index - 1)]);
  body(Team{{0, count}, &barrier});
  for (int spins = 0; state_->running.load(std::memory_order_acquire) != 0; spins++) {
    if (spins < 4000) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

std::shared_ptr<ThreadPool> ThreadPool::shared() {
  // Both are constant-initialised and never destroyed with a lock held, so that a process may exit at any moment.
  static std::mutex mutex;
  static std::weak_ptr<ThreadPool> pool;
  std::lock_guard lock(mutex);
  std::shared_ptr<ThreadPool> existing = pool.lock();
  if (existing == nullptr) {
    existing = std::make_shared<ThreadPool>(cpu_count());
    pool = existing;
  }
  return existing;
}

}  // namespace albert
