#include "binding/model.h"

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "binding/convert.h"
#include "binding/failure.h"
#include "binding/session.h"
#include "cpu/rows.h"

namespace albert::binding {
namespace {

template <class T>
constexpr napi_typedarray_type array_type = std::is_same_v<T, double> ? napi_float64_array : napi_float32_array;

// copy(name, offset, target)
template <class T>
void copy_output(const Result<T>* result, const Napi::CallbackInfo& info) {
  const std::string name = info[0].ToString().Utf8Value();
  const int64_t offset = info[1].ToNumber().Int64Value();
  const auto* output = result == nullptr ? nullptr : result->find(name);
  if (output == nullptr || !info[2].IsTypedArray() ||
      info[2].As<Napi::TypedArray>().TypedArrayType() != array_type<T>) {
    throw Error("INTERNAL", "copy needs the name of an output and an array of the model's dtype.");
  }
  auto target = info[2].As<Napi::TypedArrayOf<T>>();
  const int64_t count = static_cast<int64_t>(target.ElementLength());
  if (offset < 0 || count > output->size - offset) throw Error("INTERNAL", "A copy runs past the end of " + name + ".");
  std::memcpy(target.Data(), output->data + offset, static_cast<size_t>(count) * sizeof(T));
}

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
               at_the_door(info.Env(), [&] { copy_output(held->get(), info); });
             }));
  object.Set("release", Napi::Function::New(env, [held](const Napi::CallbackInfo&) { held->reset(); }));
  return object;
}

using Held = std::shared_ptr<Session>;

// A method of the class. node-addon-api's ObjectWrap would let a bad_alloc of its own through to V8.
template <Napi::Value (*body)(const Napi::CallbackInfo&, const Held&)>
napi_value method(napi_env env, napi_callback_info raw) noexcept {
  return called(env, [&]() -> napi_value {
    const Napi::CallbackInfo info(env, raw);
    void* held = nullptr;
    if (napi_unwrap(env, info.This(), &held) != napi_ok) throw Error("INTERNAL", "The receiver is no Model.");
    return body(info, *static_cast<Held*>(held));
  });
}

// Calls `use` with the model of a session.
template <class Use>
Napi::Value with_model(const Held& session, const Use& use) {
  return std::visit([&](auto& model) -> Napi::Value { return use(*model); }, session->model());
}

Precision to_precision(const std::string& dtype, const Napi::Object& options) {
  if (dtype == "bf16") return Precision::bf16;
  if (dtype != "int8") return Precision::full;
  return text_field(options, "quality") == "high" ? Precision::int8_high : Precision::int8;
}

AnyModel new_model(const Napi::CallbackInfo& info) {
  const Config config = to_config(info[0].As<Napi::Object>());
  const auto options = info[1].As<Napi::Object>();
  const int threads = static_cast<int>(integer_field(options, "threads"));
  const Schedule schedule = to_schedule(text_field(options, "schedule"));
  const std::string isa = text_field(options, "isa");
  const std::string dtype = text_field(options, "dtype");
  if (dtype == "fp64") {
    return std::make_unique<Model<double>>(config, cpu::double_ops(), threads, schedule, Precision::full);
  }
  const Precision precision = to_precision(dtype, options);
  return std::make_unique<Model<float>>(config, cpu::float_ops(isa), threads, schedule, precision);
}

// new Model(config, options)
napi_value construct(napi_env env, napi_callback_info raw) noexcept {
  return called(env, [&]() -> napi_value {
    const Napi::CallbackInfo info(env, raw);
    if (!info.IsConstructCall()) throw Error("INTERNAL", "Model is a class; call it with new.");
    auto held = std::make_unique<Held>(std::make_shared<Session>(env, new_model(info)));
    const auto drop = [](napi_env, void* data, void*) { delete static_cast<Held*>(data); };
    if (napi_wrap(env, info.This(), held.get(), drop, nullptr, nullptr) != napi_ok) throw Napi::Error::New(env);
    (*held.release())->report_memory(env);
    return info.This();
  });
}

StoredType to_stored_type(const std::string& name) {
  if (name == "F64") return StoredType::f64;
  if (name == "F32") return StoredType::f32;
  if (name == "F16") return StoredType::f16;
  if (name == "BF16") return StoredType::bf16;
  if (name == "I8") return StoredType::i8;
  throw Error("INTERNAL", "Unknown stored type " + name + ".");
}

int64_t bytes_of(StoredType type) {
  return type == StoredType::f64 ? 8 : type == StoredType::f32 ? 4 : type == StoredType::i8 ? 1 : 2;
}

Napi::Value parameters(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value {
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
Napi::Value write(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value {
    const StoredType type = to_stored_type(info[3].ToString().Utf8Value());
    const auto bytes = info[2].As<Napi::Uint8Array>();
    model.parameters().write(info[0].ToString().Utf8Value(), info[1].ToNumber().Int64Value(),
                             reinterpret_cast<const std::byte*>(bytes.Data()),
                             static_cast<int64_t>(bytes.ElementLength()) / bytes_of(type), type);
    return info.Env().Undefined();
  });
}

// read(name, offset, target)
Napi::Value read(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&]<class T>(Model<T>& model) -> Napi::Value {
    auto target = info[2].As<Napi::TypedArrayOf<T>>();
    if (target.TypedArrayType() != array_type<T>) throw Error("INTERNAL", "read needs an array of the model's dtype.");
    model.parameters().read(info[0].ToString().Utf8Value(), info[1].ToNumber().Int64Value(), target.Data(),
                            static_cast<int64_t>(target.ElementLength()));
    return info.Env().Undefined();
  });
}

template <class Array, class T>
Napi::Value typed_array(Napi::Env env, const std::vector<T>& numbers) {
  Array array = Array::New(env, numbers.size());
  std::memcpy(array.Data(), numbers.data(), numbers.size() * sizeof(T));
  return array;
}

// quantized(name) -> { values, scales, divisors or null } or null
Napi::Value quantized(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value {
    typename std::decay_t<decltype(model.parameters())>::Quantized rows;
    if (!model.parameters().quantized(info[0].ToString().Utf8Value(), rows)) return info.Env().Null();
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("values", typed_array<Napi::Int8Array>(info.Env(), rows.values));
    object.Set("scales", typed_array<Napi::Float32Array>(info.Env(), rows.scales));
    object.Set("divisors",
               rows.divisors.empty() ? info.Env().Null() : typed_array<Napi::Float32Array>(info.Env(), rows.divisors));
    return object;
  });
}

Napi::Value seal(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value {
    const auto undefined = [](Napi::Env env) -> Napi::Value { return env.Undefined(); };
    return Session::start(session, session->prepare(
                                       info.Env(), [&model] { model.seal(); }, undefined));
  });
}

// forward(request) -> { promise, abort }
Napi::Value forward(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&]<class T>(Model<T>& model) -> Napi::Value {
    const auto request = std::make_shared<Request<T>>(to_request<T>(info[0].As<Napi::Object>()));
    const auto result = std::make_shared<Result<T>>();
    const auto abort = std::make_shared<std::atomic<bool>>(false);
    auto call = session->prepare(
        info.Env(),
        [&model, request, result, abort] {
          if (*abort) throw Error("ABORTED", "The call was aborted.");
          *result = model.forward(*request, *abort);
        },
        [result](Napi::Env env) -> Napi::Value { return wrap_result<T>(env, result); }, abort);
    Napi::Object job = Napi::Object::New(info.Env());
    job.Set("promise", call.promise);
    job.Set("abort", Napi::Function::New(info.Env(), [abort](const Napi::CallbackInfo&) { *abort = true; }));
    Session::start(session, std::move(call));
    return job;
  });
}

Napi::Value memory(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value {
    const Memory memory = model.memory();
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("weights", static_cast<double>(memory.weights));
    object.Set("packed", static_cast<double>(memory.packed));
    object.Set("workspace", static_cast<double>(memory.workspace));
    return object;
  });
}

Napi::Value dispose(const Napi::CallbackInfo& info, const Held& session) {
  return session->dispose(info.Env(), session);
}

Napi::Value isa(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session, [&](auto& model) -> Napi::Value { return Napi::String::New(info.Env(), model.isa()); });
}

Napi::Value threads(const Napi::CallbackInfo& info, const Held& session) {
  return with_model(session,
                    [&](auto& model) -> Napi::Value { return Napi::Number::New(info.Env(), model.threads()); });
}

template <Napi::Value (*body)(const Napi::CallbackInfo&, const Held&)>
napi_property_descriptor in_class(const char* name) {
  return {name, nullptr, method<body>, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

template <Napi::Value (*body)(const Napi::CallbackInfo&, const Held&)>
napi_property_descriptor getter(const char* name) {
  return {name, nullptr, nullptr, method<body>, nullptr, nullptr, napi_default_jsproperty, nullptr};
}

}  // namespace

Napi::Value define_model(Napi::Env env) {
  const std::array properties = {
      in_class<parameters>("parameters"), in_class<write>("write"),     in_class<read>("read"),
      in_class<quantized>("quantized"),   in_class<seal>("seal"),       in_class<forward>("forward"),
      in_class<memory>("memory"),         in_class<dispose>("dispose"), getter<isa>("isa"),
      getter<threads>("threads")};
  napi_value result = nullptr;
  if (napi_define_class(env, "Model", NAPI_AUTO_LENGTH, construct, nullptr, properties.size(), properties.data(),
                        &result) != napi_ok) {
    throw Napi::Error::New(env);
  }
  return {env, result};
}

}  // namespace albert::binding
