// What the addon exports: the machine, and the class Model.
#include <napi.h>

#include "base/cpu_count.h"
#include "base/cpu_features.h"
#include "binding/failure.h"
#include "binding/model.h"
#include "cpu/rows.h"

namespace albert::binding {
namespace {

Napi::Object describe_machine(Napi::Env env) {
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
  tell("neon", f.neon);
  tell("neon_dot", f.neon_dot);
  tell("neon_bf16", f.neon_bf16);
  result.Set("features", features);
  return result;
}

Napi::Value machine(const Napi::CallbackInfo& info) {
  return at_the_door(info.Env(), [&] { return describe_machine(info.Env()); });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  return at_the_door(env, [&] {
    exports.Set("machine", Napi::Function::New(env, machine, "machine"));
    exports.Set("Model", define_model(env));
    return exports;
  });
}

NODE_API_MODULE(albert, init)

}  // namespace
}  // namespace albert::binding
