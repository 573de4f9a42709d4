#include "binding/queue.h"

#include <utility>

namespace albert::binding {

Queue::Queue(Napi::Env env) : env_(env) {
  to_javascript_ = ToJavaScript::New(env, "albert", 0, 1, this);
  to_javascript_.Unref(env);  // an idle model does not keep the process alive
  thread_ = std::thread([this] { run(); });
}

Queue::~Queue() { stop(); }

void Queue::push(Job job) {
  if (pending_++ == 0) to_javascript_.Ref(env_);
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::make_unique<Job>(std::move(job)));
  }
  wake_.notify_one();
}

void Queue::stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  to_javascript_.Abort();
  // Dropped last: a job may hold the owner of this queue, and nothing of the queue is used after it.
  const std::deque<std::unique_ptr<Job>> dropped = std::move(jobs_);
}

void Queue::run() {
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job->work();
    if (to_javascript_.NonBlockingCall(job.get()) == napi_ok) job.release();  // settle owns it now
  }
}

void Queue::settle(Napi::Env env, Napi::Function, Queue* queue, Job* raw) {
  std::unique_ptr<Job> job(raw);
  if (env == nullptr) return;  // the environment ended before the answer came
  if (--queue->pending_ == 0) queue->to_javascript_.Unref(env);
  job->settle(env);
}

}  // namespace albert::binding
