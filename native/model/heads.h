// From hidden rows to answers: pooler and the heads of transformers, for one piece of a batch.
#pragma once

#include "model/run.h"

namespace albert {

// What of the last layer the request's outputs and labels need.
template <class T>
Needs needs_of(const Config& config, const Request<T>& request);

// Adds to `result` every output that the request names or its losses need; throws INTERNAL for one the head lacks.
template <class T>
void add_outputs(const Config& config, const Request<T>& request, const std::vector<int64_t>& probability_starts,
                 Result<T>& result);

// Every thread of the team calls this with the rows that `encode` returned; writes the piece's share of the outputs.
template <class T>
void run_head(const Run<T>& run, const Matrix<T>& rows, const Team& team);

}  // namespace albert
