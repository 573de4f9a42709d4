// NativeModel of lib/native.ts: the class Model, whose objects hold a Session.
#pragma once

#include <napi.h>

namespace albert::binding {

Napi::Value define_model(Napi::Env env);

}  // namespace albert::binding
