#include "binding/model.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "base/free_memory.h"
#include "binding/convert.h"
#include "binding/queue.h"
#include "cpu/rows.h"
#include "model/model.h"

namespace albert::binding {
namespace {

using AnyModel = std::variant<std::unique_ptr<Model<float>>, std::unique_ptr<Model<double>>>;

template <class T>
constexpr napi_typedarray_type array_type = std::is_same_v<T, double> ? napi_float64_array : napi_float32_array;

// NativeResult of lib/native.ts. Holds the numbers until JavaScript has copied them and says so.
template <class T>
Napi::Object wrap_result(Napi::Env env, const std::shared_ptr<Result<T>>& result) {
  Napi::Object object = Napi::Object::New(env);
  Napi::Object dims = Napi::Object::New(env);
  for (const auto& output : result->outputs()) {
    Napi::Array extents = Napi::Array::New(env, output.dims.size());
    for (uint32_t i = 0; i < output.dims.size(); i++) extents.Set(i, static_cast<double>(output.dims[i]));
    dims.Set(output.name, extents);
  }
  Napi::Object losses = Napi::Object::New(env);
  for (const auto& [name, value] : result->losses) losses.Set(name, value);
  object.Set("dims", dims);
  object.Set("losses", losses);
  object.Set("schedule", result->schedule);
  const auto held = std::make_shared<std::shared_ptr<Result<T>>>(result);
  object.Set("copy", Napi::Function::New(env, [held](const Napi::CallbackInfo& info) {
               const std::string name = info[0].ToString().Utf8Value();
               const int64_t offset = info[1].ToNumber().Int64Value();
               const auto* output = *held == nullptr ? nullptr : (*held)->find(name);
               if (output == nullptr || !info[2].IsTypedArray() ||
                   info[2].As<Napi::TypedArray>().TypedArrayType() != array_type<T>) {
                 throw to_javascript(
                     info.Env(),
                     Error("INTERNAL", "copy needs the name of an output and an array of the model's dtype."));
               }
               auto target = info[2].As<Napi::TypedArrayOf<T>>();
               const int64_t count = static_cast<int64_t>(target.ElementLength());
               if (offset < 0 || count > output->size - offset) {
                 throw to_javascript(info.Env(), Error("INTERNAL", "A copy runs past the end of " + name + "."));
               }
               std::memcpy(target.Data(), output->data + offset, static_cast<size_t>(count) * sizeof(T));
             }));
  object.Set("release", Napi::Function::New(env, [held](const Napi::CallbackInfo&) { held->reset(); }));
  return object;
}

// Runs `work`, and keeps what it threw as an Error.
template <class Work>
std::optional<Error> caught(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error("OUT_OF_MEMORY", "Native memory could not be allocated.");
  } catch (const std::exception& error) {
    return Error("INTERNAL", error.what());
  }
  return std::nullopt;
}

}  // namespace

// A model, its queue, and the calls in flight. Lives until the JavaScript object is collected or the environment ends.
class Session {
 public:
  Session(Napi::Env env, AnyModel model) : env_(env), model_(std::move(model)), queue_(std::make_unique<Queue>(env)) {
    napi_add_env_cleanup_hook(env, at_exit, this);
  }

  ~Session() {
    if (!env_ended_) napi_remove_env_cleanup_hook(env_, at_exit, this);
    shut_down();
  }

  AnyModel& model() {
    if (disposed_) throw Error("DISPOSED", "The model was disposed.");
    return model_;
  }

  // Runs `work` on the queue thread, then settles the promise with what `answer` makes of it.
  Napi::Promise enqueue(Napi::Env env, std::function<void()> work, std::function<Napi::Value(Napi::Env)> answer) {
    const auto deferred = std::make_shared<Napi::Promise::Deferred>(Napi::Promise::Deferred::New(env));
    const auto error = std::make_shared<std::optional<Error>>();
    queue_->push({[this, work = std::move(work), error] {
                    *error = caught(work);
                    bytes_ = bytes();
                  },
                  [this, deferred, error, answer = std::move(answer)](Napi::Env settled_env) {
                    report_memory(settled_env);
                    if (error->has_value()) {
                      deferred->Reject(to_javascript(settled_env, **error).Value());
                    } else {
                      deferred->Resolve(answer(settled_env));
                    }
                  }});
    return deferred->Promise();
  }

  std::shared_ptr<std::atomic<bool>> new_abort_flag() {
    auto flag = std::make_shared<std::atomic<bool>>(false);
    std::erase_if(flags_, [](const std::weak_ptr<std::atomic<bool>>& weak) { return weak.expired(); });
    flags_.push_back(flag);
    return flag;
  }

  // Calls in flight finish, then the memory is freed and the thread ends. `self` keeps the session until then, whatever
  // JavaScript drops.
  Napi::Promise dispose(Napi::Env env, std::shared_ptr<Session> self) {
    disposed_ = true;
    return enqueue(
        env,
        [this] {
          std::visit([](auto& model) { model.reset(); }, model_);
          return_free_memory();
        },
        [self = std::move(self)](Napi::Env settled_env) {
          self->queue_->stop();
          return settled_env.Undefined();
        });
  }

 private:
  static void at_exit(void* self) {
    static_cast<Session*>(self)->env_ended_ = true;
    static_cast<Session*>(self)->shut_down();
  }

  // On the queue's thread, which alone replaces the model.
  int64_t bytes() {
    return std::visit(
        [](auto& model) {
          if (model == nullptr) return int64_t{0};
          const Memory memory = model->memory();
          return memory.weights + memory.packed + memory.workspace;
        },
        model_);
  }

  // Tells V8 how much it holds on to, so that it collects forgotten models in time.
  void report_memory(Napi::Env env) {
    const int64_t now = bytes_;
    Napi::MemoryManagement::AdjustExternalMemory(env, now - reported_);
    reported_ = now;
  }

  void shut_down() {
    for (const auto& weak : flags_) {
      if (const auto flag = weak.lock()) *flag = true;
    }
    if (queue_ != nullptr) queue_->stop();
  }

  Napi::Env env_;
  AnyModel model_;
  std::vector<std::weak_ptr<std::atomic<bool>>> flags_;
  bool disposed_ = false;  // JavaScript's thread
  bool env_ended_ = false;
  std::atomic<int64_t> bytes_{0};
  int64_t reported_ = 0;
  std::unique_ptr<Queue> queue_;
};

Napi::Function NativeModel::define(Napi::Env env) {
  return DefineClass(env, "Model",
                     {InstanceMethod<&NativeModel::parameters>("parameters"),
                      InstanceMethod<&NativeModel::write>("write"), InstanceMethod<&NativeModel::read>("read"),
                      InstanceMethod<&NativeModel::seal>("seal"), InstanceMethod<&NativeModel::forward>("forward"),
                      InstanceMethod<&NativeModel::memory>("memory"), InstanceMethod<&NativeModel::dispose>("dispose"),
                      InstanceAccessor<&NativeModel::isa>("isa"), InstanceAccessor<&NativeModel::threads>("threads")});
}

// new Model(config, options)
NativeModel::NativeModel(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeModel>(info) {
  const auto error = caught([&] {
    const Config config = to_config(info[0].As<Napi::Object>());
    const auto options = info[1].As<Napi::Object>();
    const int threads = static_cast<int>(integer_field(options, "threads"));
    const Schedule schedule = to_schedule(text_field(options, "schedule"));
    const std::string isa = text_field(options, "isa");
    AnyModel model;
    if (text_field(options, "dtype") == "fp64") {
      model = std::make_unique<Model<double>>(config, cpu::double_ops(), threads, schedule);
    } else {
      model = std::make_unique<Model<float>>(config, cpu::float_ops(isa), threads, schedule);
    }
    session_ = std::make_shared<Session>(info.Env(), std::move(model));
  });
  if (error) throw to_javascript(info.Env(), *error);
}

NativeModel::~NativeModel() = default;

namespace {

// Calls `use` with the model of a session; an Error becomes a JavaScript exception.
template <class Use>
Napi::Value with_model(const Napi::CallbackInfo& info, Session& session, const Use& use) {
  Napi::Value result = info.Env().Undefined();
  const auto error = caught([&] { std::visit([&](auto& model) -> void { result = use(*model); }, session.model()); });
  if (error) throw to_javascript(info.Env(), *error);
  return result;
}

StoredType to_stored_type(const std::string& name) {
  if (name == "F64") return StoredType::f64;
  if (name == "F32") return StoredType::f32;
  if (name == "F16") return StoredType::f16;
  if (name == "BF16") return StoredType::bf16;
  throw Error("INTERNAL", "Unknown stored type " + name + ".");
}

int64_t bytes_of(StoredType type) { return type == StoredType::f64 ? 8 : type == StoredType::f32 ? 4 : 2; }

}  // namespace

Napi::Value NativeModel::parameters(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&](auto& model) -> Napi::Value {
    Napi::Array list = Napi::Array::New(info.Env());
    for (const auto& parameter : model.parameters().list()) {
      Napi::Object entry = Napi::Object::New(info.Env());
      Napi::Array shape = Napi::Array::New(info.Env());
      for (int64_t extent : parameter.shape) shape.Set(shape.Length(), static_cast<double>(extent));
      entry.Set("name", parameter.name);
      entry.Set("shape", shape);
      list.Set(list.Length(), entry);
    }
    return list;
  });
}

// write(name, offset, bytes, dtype)
Napi::Value NativeModel::write(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&](auto& model) -> Napi::Value {
    const StoredType type = to_stored_type(info[3].ToString().Utf8Value());
    const auto bytes = info[2].As<Napi::Uint8Array>();
    model.parameters().write(info[0].ToString().Utf8Value(), info[1].ToNumber().Int64Value(),
                             reinterpret_cast<const std::byte*>(bytes.Data()),
                             static_cast<int64_t>(bytes.ElementLength()) / bytes_of(type), type);
    return info.Env().Undefined();
  });
}

// read(name, offset, target)
Napi::Value NativeModel::read(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&]<class T>(Model<T>& model) -> Napi::Value {
    auto target = info[2].As<Napi::TypedArrayOf<T>>();
    if (target.TypedArrayType() != array_type<T>) throw Error("INTERNAL", "read needs an array of the model's dtype.");
    model.parameters().read(info[0].ToString().Utf8Value(), info[1].ToNumber().Int64Value(), target.Data(),
                            static_cast<int64_t>(target.ElementLength()));
    return info.Env().Undefined();
  });
}

Napi::Value NativeModel::seal(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&](auto& model) -> Napi::Value {
    return session_->enqueue(
        info.Env(), [&model] { model.seal(); }, [session = session_](Napi::Env env) { return env.Undefined(); });
  });
}

// forward(request) -> { promise, abort }
Napi::Value NativeModel::forward(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&]<class T>(Model<T>& model) -> Napi::Value {
    const auto request = std::make_shared<Request<T>>(to_request<T>(info[0].As<Napi::Object>()));
    const auto result = std::make_shared<Result<T>>();
    const auto abort = session_->new_abort_flag();
    Napi::Object job = Napi::Object::New(info.Env());
    job.Set("promise",
            session_->enqueue(
                info.Env(),
                [&model, request, result, abort] {
                  if (*abort) throw Error("ABORTED", "The call was aborted.");
                  *result = model.forward(*request, *abort);
                },
                [session = session_, result](Napi::Env env) -> Napi::Value { return wrap_result<T>(env, result); }));
    job.Set("abort", Napi::Function::New(info.Env(), [abort](const Napi::CallbackInfo&) { *abort = true; }));
    return job;
  });
}

Napi::Value NativeModel::memory(const Napi::CallbackInfo& info) {
  return with_model(info, *session_, [&](auto& model) -> Napi::Value {
    const Memory memory = model.memory();
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("weights", static_cast<double>(memory.weights));
    object.Set("packed", static_cast<double>(memory.packed));
    object.Set("workspace", static_cast<double>(memory.workspace));
    return object;
  });
}

Napi::Value NativeModel::dispose(const Napi::CallbackInfo& info) {
  try {
    session_->model();
  } catch (const Error& error) {
    throw to_javascript(info.Env(), error);
  }
  return session_->dispose(info.Env(), session_);
}

Napi::Value NativeModel::isa(const Napi::CallbackInfo& info) {
  return with_model(info, *session_,
                    [&](auto& model) -> Napi::Value { return Napi::String::New(info.Env(), model.isa()); });
}

Napi::Value NativeModel::threads(const Napi::CallbackInfo& info) {
  return with_model(info, *session_,
                    [&](auto& model) -> Napi::Value { return Napi::Number::New(info.Env(), model.threads()); });
}

}  // namespace albert::binding
