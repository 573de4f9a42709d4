// One thread that works off jobs in order, and the way back to JavaScript. A job is two functions: `work` runs on the
// queue's thread and never sees JavaScript, `settle` runs on JavaScript's thread afterwards.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace albert::binding {

struct Job {
  std::function<void()> work;
  std::function<void(Napi::Env)> settle;
};

class Queue {
 public:
  explicit Queue(Napi::Env env);
  // Joins the thread. Jobs that did not start are dropped, unsettled: JavaScript is gone by then.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // From JavaScript's thread. The event loop stays alive until the job has settled.
  void push(Job job);
  // From JavaScript's thread, when the environment ends or the owner goes away: the running job is the last.
  void stop();

 private:
  void run();
  static void settle(Napi::Env env, Napi::Function, Queue* queue, Job* job);
  using ToJavaScript = Napi::TypedThreadSafeFunction<Queue, Job, &Queue::settle>;

  Napi::Env env_;
  ToJavaScript to_javascript_;
  int pending_ = 0;  // JavaScript's thread only
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace albert::binding
