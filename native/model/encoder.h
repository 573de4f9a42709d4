// Embeddings and the L x J blocks of ALBERT (docs/architecture.md has the equations), for one piece of a batch.
#pragma once

#include "model/run.h"

namespace albert {

// Every thread of the team calls this. Returns the final hidden rows of the piece's selected tokens [S,H],
// or a matrix without data when the call was cancelled. The last block computes the selected rows only.
template <class T>
Matrix<T> encode(const Run<T>& run, const Team& team);

}  // namespace albert
