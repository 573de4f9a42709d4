// A model, its queue, and the calls in flight: what lives behind a NativeModel of JavaScript, until that is collected
// or the environment ends.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "binding/failure.h"
#include "binding/queue.h"
#include "model/model.h"

namespace albert::binding {

using AnyModel = std::variant<std::unique_ptr<Model<float>>, std::unique_ptr<Model<double>>>;

class Promised;

class Session {
 public:
  Session(Napi::Env env, AnyModel model);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  AnyModel& model();

  // A call with its promise, which can be shown before the call starts: nothing can fail after it has.
  struct Pending {
    std::unique_ptr<Promised> call;
    Napi::Promise promise;
  };

  // Will run `work` on the queue's thread, then settle the promise with what `answer` makes of it on JavaScript's.
  // The session lives until then, whatever JavaScript drops. `abort` rises when the environment ends.
  template <class Work, class Answer>
  Pending prepare(Napi::Env env, Work work, Answer answer, std::shared_ptr<std::atomic<bool>> abort = nullptr);
  static Napi::Promise start(const std::shared_ptr<Session>& self, Pending pending) noexcept;

  // Calls in flight finish, then the memory is freed and the thread ends. Allocates nothing.
  Napi::Promise dispose(Napi::Env env, const std::shared_ptr<Session>& self);

  // Tells V8 how much is held for it, so that it collects forgotten models in time.
  void report_memory(Napi::Env env);

 private:
  friend class Promised;
  struct Disposal;
  static void at_exit(void* self);
  void free_model() noexcept;
  void measure() noexcept;

  Napi::Env env_;
  AnyModel model_;
  std::unique_ptr<Promised> disposal_;  // made beforehand: giving memory back must not need any
  bool disposed_ = false;               // JavaScript's thread
  bool env_ended_ = false;
  std::atomic<int64_t> bytes_{0};
  int64_t reported_ = 0;
  Queue queue_;
};

// A job with a promise.
class Promised : public Job {
 public:
  void work() noexcept final;
  void cancel() noexcept final;
  void settle(Napi::Env env) noexcept final;

 protected:
  Session& session() { return *session_; }

 private:
  friend class Session;
  virtual void run() = 0;
  virtual Napi::Value answer(Napi::Env env) = 0;
  Napi::Promise new_promise(Napi::Env env);

  std::shared_ptr<Session> session_;
  std::shared_ptr<std::atomic<bool>> abort_;
  napi_deferred deferred_ = nullptr;
  std::optional<Error> error_;
};

template <class Work, class Answer>
Session::Pending Session::prepare(Napi::Env env, Work work, Answer answer, std::shared_ptr<std::atomic<bool>> abort) {
  struct Call final : Promised {
    Call(Work w, Answer a) : body(std::move(w)), reply(std::move(a)) {}
    void run() final { body(); }
    Napi::Value answer(Napi::Env env_of_reply) final { return reply(env_of_reply); }
    Work body;
    Answer reply;
  };
  std::unique_ptr<Promised> call = std::make_unique<Call>(std::move(work), std::move(answer));
  call->abort_ = std::move(abort);
  const Napi::Promise promise = call->new_promise(env);
  return {std::move(call), promise};
}

}  // namespace albert::binding
