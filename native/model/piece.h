// A piece of a packed batch: some whole sequences that one team takes through the model together, with everything about
// them that is known before the first kernel runs.
#pragma once

#include <cstdint>
#include <vector>

#include "base/part.h"
#include "model/config.h"
#include "model/request.h"

namespace albert {

struct Piece {
  Range sequences;
  int64_t first_token = 0;      // of the batch
  std::vector<int32_t> starts;  // [n+1], counted from the piece's first token
  int64_t longest = 0;          // tokens of its longest sequence

  // Rows whose last layer is needed: the rows asked for and, where the pooled vector is, the first of each sequence.
  // Counted from the piece's first token, rising.
  std::vector<int32_t> selected;
  std::vector<int32_t> selected_starts;  // [n+1]: selected rows of each sequence
  std::vector<int32_t> first_rows;       // [n]: place in `selected` of each sequence's first row; empty without pooling
  Range rows;                            // its share of the request's row list
  std::vector<int32_t> asked;            // [rows]: place in `selected` of each row asked for

  std::vector<int32_t> embeds;  // [T]: row of each token in the request's embeds; empty where ids are given

  int64_t tokens() const { return starts.back(); }
  int64_t size() const { return sequences.end - sequences.begin; }
  bool selects_all() const { return static_cast<int64_t>(selected.size()) == tokens(); }
};

// What of the last layer a request needs (docs/architecture.md, "ask only for what is needed").
struct Needs {
  bool rows = false;    // the rows of the request's list
  bool pooled = false;  // the first row of each sequence
  bool all = false;     // every row: hidden states, attentions, given dropout multipliers
};

template <class T>
Piece make_piece(const Request<T>& request, const Needs& needs, Range sequences);

}  // namespace albert
