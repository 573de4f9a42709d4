#include "base/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "base/cpu_count.h"
#include "base/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace albert {
namespace {

// Twice the gap between an answer and the next request of the same JavaScript; longer only burns the quota of a
// container.
constexpr auto kSpin = std::chrono::microseconds(200);
// Looks at a barrier before the time slice is given away: with a processor for each thread, and without.
constexpr int kSpinsAlone = 4000;
constexpr int kSpinsCrowded = 64;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");  // `yield` is for threads that share a core and does nothing on most processors
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
    if (spins < spins_) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

// Each worker watches a job number of its own, so a team smaller than the pool wakes and awaits only its members.
struct Worker {
  alignas(64) std::atomic<uint32_t> number{0};
  std::thread thread;
  alignas(64) std::atomic<int> processor{-1};  // where it began its last job
};

struct ThreadPool::State {
  explicit State(int threads)
      : size(threads), crowded(threads > granted_processors()), workers(static_cast<size_t>(threads - 1)) {
    try {
      for (int index = 1; index < threads; index++) {
        worker(index).thread = std::thread([this, index] { work(index); });
      }
    } catch (...) {
      stop();
      throw;
    }
  }

  ~State() { stop(); }

  void stop() {
    job = nullptr;
    for (Worker& w : workers) {
      if (!w.thread.joinable()) continue;
      start(w);
      w.thread.join();
    }
  }

  Worker& worker(int index) { return workers[static_cast<size_t>(index - 1)]; }

  static void start(Worker& w) {
    w.number.fetch_add(1, std::memory_order_release);
    w.number.notify_one();
  }

  void work(int index) {
    for (uint32_t seen = 0;; seen++) {
      await(worker(index).number, seen);
      if (job == nullptr) return;
      settle(index);
      job->call(job->body, Team{{index, count}, barrier});
      running.fetch_sub(1, std::memory_order_release);
    }
  }

  void await(const std::atomic<uint32_t>& number, uint32_t seen) const {
    const auto until = std::chrono::steady_clock::now() + kSpin;
    while (!crowded && std::chrono::steady_clock::now() < until) {
      for (int i = 0; i < 64; i++) {
        if (number.load(std::memory_order_acquire) != seen) return;
        relax();
      }
    }
    number.wait(seen, std::memory_order_acquire);
  }

  // Two members of a team on one processor halve each other. Linux wakes a thread where its waker runs, and where the
  // other processors are not idle it leaves the two there, each waiting for the other at every barrier: on 2 busy
  // processors a product on 2 threads took 6.2 ms so, and 4.2 after one of them had moved. What has moved mostly stays.
  void settle(int index) {
    int own = current_processor();
    bool alone = own < 0 || own != caller_processor;
    for (int other = 1; alone && other < index; other++) alone = own < 0 || own != place_of(other);
    if (!alone && !crowded) {
      Processors taken;
      add(taken, caller_processor);
      for (int other = 1; other < index; other++) add(taken, place_of(other));
      if (leave(taken)) own = current_processor();
    }
    // Written when it changed: the line is read by all members behind this one.
    if (place_of(index) != own) worker(index).processor.store(own, std::memory_order_relaxed);
  }

  int place_of(int index) { return worker(index).processor.load(std::memory_order_relaxed); }

  static void add(Processors& taken, int processor) {
    if (processor >= 0 && static_cast<size_t>(processor) < taken.size()) taken.set(static_cast<size_t>(processor));
  }

  const int size;
  const bool crowded;  // more threads than processors: whoever spins keeps another from its work
  std::vector<Worker> workers;
  std::mutex callers;  // one job at a time
  // Written before the job numbers are advanced, read by the team after it saw them.
  const Job* job = nullptr;
  Barrier* barrier = nullptr;
  int count = 0;
  int caller_processor = -1;
  alignas(64) std::atomic<int> running{0};
};

ThreadPool::ThreadPool(int size) : state_(std::make_unique<State>(std::max(size, 1))) {}
ThreadPool::~ThreadPool() = default;

int ThreadPool::size() const { return state_->size; }

void ThreadPool::run_job(int count, const Job& job) {
  State& state = *state_;
  count = std::clamp(count, 1, state.size);
  if (count == 1) {
    job.call(job.body, Team{});
    return;
  }
  std::lock_guard caller(state.callers);
  const int spins = state.crowded ? kSpinsCrowded : kSpinsAlone;
  Barrier barrier(count, spins);
  state.job = &job;
  state.barrier = &barrier;
  state.count = count;
  state.caller_processor = current_processor();
  state.running.store(count - 1, std::memory_order_relaxed);
  for (int index = 1; index < count; index++) State::start(state.worker(index));
  job.call(job.body, Team{{0, count}, &barrier});
  for (int looks = 0; state.running.load(std::memory_order_acquire) != 0; looks++) {
    if (looks < spins) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

std::shared_ptr<ThreadPool> ThreadPool::shared() {
  // Neither destructor waits for anyone, so that a process may exit at any moment.
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
