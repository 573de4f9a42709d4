// What is timed: the ops of an ALBERT-base layer, and its four products twelve times over.
#pragma once

#include <functional>
#include <string>

#include "base/thread_pool.h"
#include "ops/table.h"

namespace albert::bench {

struct Case {
  std::string name;
  double flops = 0;                         // 0: bound by memory or by something else than multiply-adds
  double (*burn)(int64_t steps) = nullptr;  // whose peak to compare with
  std::function<void(const Team&)> work;
};

// Calls `visit` with each case in turn; a case's memory lives during the call.
void for_each_case(const Ops<float>& ops, int threads, const std::function<void(const Case&)>& visit);

}  // namespace albert::bench
