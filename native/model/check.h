// What must hold before a kernel runs, and what must hold of its answer. Kernels trust both.
#pragma once

#include "model/config.h"
#include "model/request.h"

namespace albert {

// Shapes, ids and positions of a request. Throws INVALID_INPUT: lib/batch.ts refuses a user's mistake earlier and in
// the user's words, so this is the last line before memory would be read out of bounds.
template <class T>
void check_request(const Config& config, const Request<T>& request);

// Throws NUMERIC, naming the text, if an output holds NaN or infinity.
template <class T>
void check_finite(const Config& config, const Request<T>& request, const Result<T>& result);

}  // namespace albert
