// The one exception type of the native code. Thrown by base and model, caught only in binding,
// where it becomes an AlbertError with the same code (lib/errors.ts holds the table).
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace albert {

class Error : public std::exception {
 public:
  Error(const char* code, std::string message) : code_(code), message_(std::move(message)) {}

  // Allocates nothing: said where memory is what is missing.
  static Error out_of_memory() noexcept { return Error("OUT_OF_MEMORY", std::string()); }

  const char* code() const noexcept { return code_; }
  const char* what() const noexcept override {
    return message_.empty() ? "Native memory could not be allocated." : message_.c_str();
  }

 private:
  const char* code_;  // a literal from the table in lib/errors.ts
  std::string message_;
};

}  // namespace albert
