// Mean losses of each head from its logits, as transformers computes them (docs/architecture.md, losses).
// Sums run in float64 in the order of the batch. A mean over nothing is NaN: the caller decides what that means.
#pragma once

#include "base/thread_pool.h"
#include "model/config.h"
#include "model/request.h"
#include "ops/table.h"

namespace albert {

// Writes result.losses: `loss`, and its parts where a head has several.
template <class T>
void compute_losses(const Config& config, const Ops<T>& ops, const Request<T>& request, Result<T>& result,
                    ThreadPool& pool, int threads);

}  // namespace albert
