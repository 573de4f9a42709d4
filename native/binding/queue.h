// One thread that works off jobs in order, and the way back to JavaScript. Once a job is made, nothing on its way
// allocates or throws: a promise that was given out is always settled, unless JavaScript itself ends.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace albert::binding {

class Job {
 public:
  Job() = default;
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // On the queue's thread; sees nothing of JavaScript.
  virtual void work() noexcept = 0;
  // From another thread, while it works: the end is wanted soon.
  virtual void cancel() noexcept {}
  // On JavaScript's thread, afterwards.
  virtual void settle(Napi::Env env) noexcept = 0;

 private:
  friend class Queue;
  Job* next_ = nullptr;  // while it waits
};

class Queue {
 public:
  explicit Queue(Napi::Env env);
  // Joins the thread. Jobs that did not start are dropped, unsettled: JavaScript is gone by then.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // From JavaScript's thread. The event loop stays alive until the job has settled.
  void push(std::unique_ptr<Job> job) noexcept;
  // From JavaScript's thread, when the environment ends or the owner goes away: the running job is the last, and is
  // cancelled.
  void stop() noexcept;

 private:
  void run() noexcept;
  static void settle(Napi::Env env, Napi::Function, Queue* queue, Job* job);
  using ToJavaScript = Napi::TypedThreadSafeFunction<Queue, Job, &Queue::settle>;

  Napi::Env env_;
  ToJavaScript to_javascript_;
  int pending_ = 0;  // JavaScript's thread only
  std::mutex mutex_;
  std::condition_variable wake_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  Job* running_ = nullptr;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace albert::binding
