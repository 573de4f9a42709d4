// Decides how a packed batch is computed; the numbers are the same either way (docs/architecture.md, "same bits").
//   split  all threads share each product by columns, with barriers between products: best on few cores, and each core
//          keeps its share of the weights in its own cache
//   walk   each thread takes groups of whole sequences through all layers without a barrier: many cores, many sequences
// Pure functions of the lengths and the sizes of the model.
#pragma once

#include <string>
#include <vector>

#include "base/part.h"
#include "model/config.h"

namespace albert {

enum class Schedule { automatic, split, walk };

struct Plan {
  Schedule mode = Schedule::split;
  std::vector<Range> pieces;  // of sequences, in order
  std::string reason;         // one line for people
};

// Pieces of whole sequences with at most `budget` tokens each (a longer sequence is a piece of its own).
std::vector<Range> cut_into_pieces(const std::vector<int32_t>& starts, int64_t budget);

// `panel`: outputs a packed panel holds; threads cannot share less than a panel.
Plan make_plan(const std::vector<int32_t>& starts, const Config& config, int threads, int64_t panel, Schedule forced);

}  // namespace albert
