// What the addon exports: the machine, the plan of a schedule, and the class Model.
#include <napi.h>

#include "base/cpu_count.h"
#include "base/cpu_features.h"
#include "binding/convert.h"
#include "binding/model.h"
#include "cpu/rows.h"
#include "model/schedule.h"

namespace albert::binding {
namespace {

Napi::Value machine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CpuFeatures& f = cpu_features();
  Napi::Object result = Napi::Object::New(env);
  result.Set("cpu", f.name);
  result.Set("threads", cpu_count());
  Napi::Array isas = Napi::Array::New(env);
  for (const cpu::Row& row : cpu::rows()) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", row.name);
    entry.Set("compiled", row.compiled);
    entry.Set("usable", row.usable);
    isas.Set(isas.Length(), entry);
  }
  result.Set("isas", isas);
  Napi::Array features = Napi::Array::New(env);
  const auto tell = [&](const char* name, bool there) {
    if (there) features.Set(features.Length(), name);
  };
  tell("avx2", f.avx2);
  tell("avx512", f.avx512);
  tell("avx512_bf16", f.avx512_bf16);
  tell("avx512_vnni", f.avx512_vnni);
  tell("avx_vnni", f.avx_vnni);
  tell("amx_bf16", f.amx_bf16);
  tell("amx_int8", f.amx_int8);
  result.Set("features", features);
  return result;
}

// plan(lengths, config, threads, schedule)
Napi::Value plan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  try {
    const auto lengths = info[0].As<Napi::Int32Array>();
    std::vector<int32_t> starts{0};
    for (size_t n = 0; n < lengths.ElementLength(); n++) starts.push_back(starts.back() + lengths[n]);
    const int threads = info[2].ToNumber().Int32Value();
    const Plan made = make_plan(starts, to_config(info[1].As<Napi::Object>()), threads > 0 ? threads : cpu_count(),
                                cpu::float_ops("").packer.panel, to_schedule(info[3].ToString().Utf8Value()));
    Napi::Object result = Napi::Object::New(env);
    result.Set("mode", made.mode == Schedule::walk ? "walk" : "split");
    result.Set("pieces", static_cast<double>(made.pieces.size()));
    result.Set("reason", made.reason);
    return result;
  } catch (const Error& error) {
    throw to_javascript(env, error);
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("machine", Napi::Function::New(env, machine, "machine"));
  exports.Set("plan", Napi::Function::New(env, plan, "plan"));
  exports.Set("Model", NativeModel::define(env));
  return exports;
}

NODE_API_MODULE(albert, init)

}  // namespace
}  // namespace albert::binding
