// JavaScript objects of lib/native.ts to C++ and back. Copies everything: nothing of JavaScript outlives the call.
// A field of the wrong type is a mistake of lib/, not of a user; it throws INTERNAL and names the field.
#pragma once

#include <napi.h>

#include <string>

#include "base/error.h"
#include "model/config.h"
#include "model/request.h"
#include "model/schedule.h"

namespace albert::binding {

Config to_config(const Napi::Object& object);
Schedule to_schedule(const std::string& name);
template <class T>
Request<T> to_request(const Napi::Object& object);

// Field access with checks.
int64_t integer_field(const Napi::Object& object, const char* name);
std::string text_field(const Napi::Object& object, const char* name);

}  // namespace albert::binding
