#include "binding/session.h"

#include "base/free_memory.h"

namespace albert::binding {

struct Session::Disposal final : Promised {
  void run() final {
    session().free_model();
    return_free_memory();
  }
  Napi::Value answer(Napi::Env env) final {
    session().queue_.stop();
    return env.Undefined();
  }
};

Session::Session(Napi::Env env, AnyModel model)
    : env_(env), model_(std::move(model)), disposal_(std::make_unique<Disposal>()), queue_(env) {
  measure();
  if (napi_add_env_cleanup_hook(env, at_exit, this) != napi_ok) throw Napi::Error::New(env);
}

Session::~Session() {
  if (!env_ended_) {
    napi_remove_env_cleanup_hook(env_, at_exit, this);
    int64_t total = 0;
    napi_adjust_external_memory(env_, -reported_, &total);
  }
  queue_.stop();
}

AnyModel& Session::model() {
  if (disposed_) throw Error("DISPOSED", "The model was disposed.");
  return model_;
}

Napi::Promise Session::start(const std::shared_ptr<Session>& self, Pending pending) noexcept {
  pending.call->session_ = self;
  self->queue_.push(std::move(pending.call));
  return pending.promise;
}

Napi::Promise Session::dispose(Napi::Env env, const std::shared_ptr<Session>& self) {
  model();
  const Napi::Promise promise = disposal_->new_promise(env);  // if this fails, the call can be made again
  disposed_ = true;
  return start(self, {std::move(disposal_), promise});
}

void Session::report_memory(Napi::Env env) {
  const int64_t now = bytes_;
  int64_t total = 0;
  if (napi_adjust_external_memory(env, now - reported_, &total) == napi_ok) reported_ = now;
}

Napi::Promise Promised::new_promise(Napi::Env env) {
  napi_value promise = nullptr;
  if (napi_create_promise(env, &deferred_, &promise) != napi_ok) throw Napi::Error::New(env);
  return {env, promise};
}

void Promised::work() noexcept {
  error_ = caught([this] { run(); });
  session_->measure();
}

void Promised::cancel() noexcept {
  if (abort_ != nullptr) *abort_ = true;
}

void Promised::settle(Napi::Env env) noexcept {
  session_->report_memory(env);
  napi_value value = nullptr;
  try {
    if (!error_) value = at_the_door(env, [&] { return answer(env); });
    if (error_) value = to_javascript(env, *error_).Value();
  } catch (const Napi::Error& error) {
    error_ = Error::out_of_memory();  // whatever it was, the promise is rejected
    value = error.Value();
  }
  // Fails only where JavaScript ends, and then no one waits.
  error_ ? napi_reject_deferred(env, deferred_, value) : napi_resolve_deferred(env, deferred_, value);
}

void Session::at_exit(void* raw) {
  auto* const self = static_cast<Session*>(raw);
  self->env_ended_ = true;
  self->queue_.stop();
  // JavaScript drops its object later, or never: the threads of the pool end now, before the library may be unloaded.
  self->free_model();
}

void Session::free_model() noexcept {
  std::visit([](auto& model) { model.reset(); }, model_);
}

// On the thread that alone may replace the model.
void Session::measure() noexcept {
  bytes_ = std::visit(
      [](auto& model) {
        if (model == nullptr) return int64_t{0};
        const Memory memory = model->memory();
        return memory.weights + memory.packed + memory.workspace;
      },
      model_);
}

}  // namespace albert::binding
