// Exceptions at the door. C++ exceptions must not reach V8, which has no way to unwind; and what is kept of one must
// not need memory, because a lack of it may be what it says.
#pragma once

#include <napi.h>

#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace albert::binding {

// The exception that is being handled, as an Error.
inline Error current_error() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {
      return Error::out_of_memory();
    } catch (const std::length_error&) {
      return Error::out_of_memory();  // a container longer than any memory
    } catch (const std::system_error& error) {
      // A thread that could not be started: no memory for its stack, or a limit of the system.
      if (error.code() != std::errc::resource_unavailable_try_again) throw;
      return Error("OUT_OF_MEMORY", "A thread could not be started.");
    } catch (const std::exception& error) {
      return Error("INTERNAL", error.what());
    }
  } catch (...) {
    // Keeping the message needed memory, or it was no std::exception.
  }
  return Error::out_of_memory();
}

// Runs `work` and keeps what it threw as an Error. For work that sees nothing of JavaScript.
template <class Work>
std::optional<Error> caught(const Work& work) noexcept {
  try {
    work();
    return std::nullopt;
  } catch (...) {
    return current_error();
  }
}

// An Error object with `code`, which lib/ turns into an AlbertError.
inline Napi::Error to_javascript(Napi::Env env, const Error& error) {
  Napi::Error result = Napi::Error::New(env, error.what());
  result.Set("code", Napi::String::New(env, error.code()));
  return result;
}

// Runs `body`; every exception leaves as one of JavaScript, which node-addon-api carries over the door.
template <class Body>
auto at_the_door(Napi::Env env, const Body& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw to_javascript(env, current_error());
  }
}

// The same for a function that JavaScript calls without node-addon-api's help.
template <class Body>
napi_value called(napi_env env, const Body& body) noexcept {
  try {
    return at_the_door(env, body);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
    return nullptr;
  }
}

}  // namespace albert::binding
