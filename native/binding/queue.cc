#include "binding/queue.h"

#include <utility>

namespace albert::binding {

Queue::Queue(Napi::Env env) : env_(env) {
  to_javascript_ = ToJavaScript::New(env, "albert", 0, 1, this);
  try {
    to_javascript_.Unref(env);  // an idle model does not keep the process alive
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    to_javascript_.Abort();
    throw;
  }
}

Queue::~Queue() { stop(); }

void Queue::push(std::unique_ptr<Job> job) noexcept {
  if (pending_++ == 0) napi_ref_threadsafe_function(env_, to_javascript_);
  {
    std::lock_guard lock(mutex_);
    Job* const added = job.release();
    (first_ == nullptr ? first_ : last_->next_) = added;
    last_ = added;
  }
  wake_.notify_one();
}

void Queue::stop() noexcept {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    if (running_ != nullptr) running_->cancel();
  }
  wake_.notify_one();
  thread_.join();
  to_javascript_.Abort();
  // Dropped last: a job may hold the owner of this queue, and nothing of the queue is used after it.
  for (Job* job = std::exchange(first_, nullptr); job != nullptr;) {
    const std::unique_ptr<Job> dropped(job);
    job = job->next_;
  }
}

void Queue::run() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || first_ != nullptr; });
    if (stopping_) return;
    running_ = first_;
    first_ = running_->next_;
    lock.unlock();
    running_->work();
    lock.lock();
    Job* const done = std::exchange(running_, nullptr);
    if (to_javascript_.NonBlockingCall(done) == napi_ok) continue;  // settle owns it now
    // JavaScript is ending. The job may hold the owner of this thread, so stop() drops it, on the other thread.
    done->next_ = first_;
    first_ = done;
    return;
  }
}

void Queue::settle(Napi::Env env, Napi::Function, Queue* queue, Job* raw) {
  const std::unique_ptr<Job> job(raw);
  if (env == nullptr) return;  // the environment ended before the answer came
  if (--queue->pending_ == 0) napi_unref_threadsafe_function(env, queue->to_javascript_);
  job->settle(env);
}

}  // namespace albert::binding
