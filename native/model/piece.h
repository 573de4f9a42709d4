// A piece of a packed batch: some whole sequences that one team takes through the model together, with everything about
// them that is known before the first kernel runs.
#pragma once

#include <cstdint>
#include <vector>

#include "base/part.h"
#include "model/config.h"
#include "model/request.h"

namespace albert {

// Blocks that the same sequences go through. Where some of them stop after it, the rows of the others move together:
// the next stage has fewer.
struct Stage {
  int64_t first_block = 0;
  int64_t end_block = 0;            // the last block computes `rows` only
  std::vector<int32_t> starts;      // [n+1] of the sequences that are left
  std::vector<uint8_t> visible;     // [tokens] of them; empty = all
  std::vector<int32_t> rows;        // rising: all rows of sequences that go on, the selected ones of those that stop
  std::vector<int32_t> row_starts;  // [n+1]: `rows` of each sequence
  std::vector<int32_t> going_on;    // places in `rows`
  std::vector<int32_t> stopping;    // places in `rows`

  int64_t tokens() const { return starts.back(); }
  int64_t size() const { return static_cast<int64_t>(starts.size()) - 1; }
  bool computes_all() const { return static_cast<int64_t>(rows.size()) == tokens(); }
  bool is_last() const { return going_on.empty(); }
};

struct Piece {
  Range sequences;
  int64_t first_token = 0;      // of the batch
  std::vector<int32_t> starts;  // [n+1], counted from the piece's first token
  int64_t longest = 0;          // tokens of its longest sequence

  // Rows whose last layer is needed: the rows asked for and, where the pooled vector is, the first of each sequence.
  // Counted from the piece's first token, rising.
  std::vector<int32_t> selected;
  std::vector<int32_t> first_rows;  // [n]: place in `selected` of each sequence's first row; empty without pooling
  Range rows;                       // its share of the request's row list
  std::vector<int32_t> asked;       // [rows]: place in `selected` of each row asked for

  std::vector<int32_t> embeds;  // [T]: row of each token in the request's embeds; empty where ids are given

  int64_t tokens() const { return starts.back(); }
  int64_t size() const { return sequences.end - sequences.begin; }

  std::vector<Stage> stages;
  std::vector<int32_t> order;  // [selected]: place of each among all that stopped, stage by stage; empty with one stage
};

// What of the last layer a request needs (docs/architecture.md, "ask only for what is needed").
struct Needs {
  bool rows = false;    // the rows of the request's list
  bool pooled = false;  // the first row of each sequence
  bool all = false;     // every row: hidden states, attentions, given dropout multipliers
};

template <class T>
Piece make_piece(const Request<T>& request, const Needs& needs, Range sequences, const Config& config);

}  // namespace albert
