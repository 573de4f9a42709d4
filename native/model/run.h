// What the threads of a team share while they take one piece through the model. Nothing here allocates: one thread that
// ran out of memory would leave the others waiting for it.
#pragma once

#include <atomic>
#include <cstdio>
#include <string_view>

#include "base/thread_pool.h"
#include "model/parameters.h"
#include "model/piece.h"
#include "model/request.h"
#include "model/workspace.h"
#include "ops/table.h"

namespace albert {

// The wish to stop, seen by all threads of a team at the same place: thread 0 reads the flag before a barrier,
// the team reads `stopped` after it.
struct Cancellation {
  const std::atomic<bool>* asked = nullptr;
  bool stopped = false;
};

// The name of a place in a block: "attentions.3".
class BlockName {
 public:
  BlockName(const char* place, int64_t block) {
    std::snprintf(text_, sizeof text_, "%s.%lld", place, static_cast<long long>(block));
  }
  operator std::string_view() const { return text_; }

 private:
  char text_[48];
};

template <class T>
struct Run {
  const Ops<T>& ops;
  const Config& config;
  const Formats& formats;
  const Weights<T>& weights;
  const Request<T>& request;
  const Piece& piece;
  const Workspace<T>& work;
  Result<T>& result;
  const std::vector<int64_t>& probability_starts;  // [N] of the whole batch; empty when no one asks
  Cancellation& cancellation;
};

}  // namespace albert
