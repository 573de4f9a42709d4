// A model that answers: configuration, weights, kernels, and the workspace between calls.
// One thread calls it at a time (its queue thread in native/binding); the work itself is shared among a team.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "model/parameters.h"
#include "model/request.h"
#include "model/run.h"
#include "model/schedule.h"

namespace albert {

struct Memory {
  int64_t weights = 0;    // tables and vectors
  int64_t packed = 0;     // matrices, packed
  int64_t workspace = 0;  // activations of the largest call so far
};

template <class T>
class Model {
 public:
  // threads: 0 = the whole pool.
  // Throws UNSUPPORTED_DTYPE where the sizes do not suit the precision.
  Model(const Config& config, const Ops<T>& ops, int threads, Schedule schedule, Precision precision);

  const Config& config() const { return config_; }
  // Row of the dispatch table that multiplies.
  const char* isa() const {
    return precision_ == Precision::full ? ops_.name : precision_ == Precision::bf16 ? ops_.bf16_name : ops_.int8_name;
  }
  int threads() const { return threads_; }
  Parameters<T>& parameters() { return parameters_; }
  // Packs the weights; those that become int8 here and now are looked at on random tokens first.
  void seal();

  // Throws ABORTED when `abort` became true, INVALID_INPUT, NUMERIC or OUT_OF_MEMORY.
  Result<T> forward(const Request<T>& request, const std::atomic<bool>& abort);

  // May be called from another thread than forward.
  Memory memory() const;

 private:
  SeenInputs see_inputs() const;
  bool run_pieces(const Plan& plan, const Request<T>& request, const std::vector<int64_t>& probability_starts,
                  Result<T>& result, const std::atomic<bool>& abort);
  Arena& workspace(size_t index, int64_t bytes);

  const Config config_;
  const Ops<T> ops_;
  const std::shared_ptr<ThreadPool> pool_;
  const int threads_;
  const Schedule schedule_;
  const Precision precision_;
  const Formats formats_;
  Parameters<T> parameters_;
  std::vector<Arena> workspaces_;  // one for a split, one a thread for a walk; they only grow
  std::atomic<int64_t> workspace_bytes_{0};
};

}  // namespace albert
