#include "model/piece.h"

#include <algorithm>
#include <numeric>

namespace albert {
namespace {

// Blocks that each sequence of the piece goes through.
template <class T>
std::vector<int64_t> depths(const Request<T>& request, Range sequences, const Config& config) {
  std::vector<int64_t> blocks(static_cast<size_t>(sequences.end - sequences.begin), config.blocks());
  for (size_t n = 0; !request.layers.empty() && n < blocks.size(); n++) {
    blocks[n] = request.layers[static_cast<size_t>(sequences.begin) + n] * config.inner_groups;
  }
  return blocks;
}

// The next stage of the sequences `left`, up to the block where the first of them stops. `wanted` [tokens of the piece]
// tells the selected rows.
template <class T>
Stage make_stage(const Request<T>& request, const Piece& piece, const std::vector<size_t>& left,
                 const std::vector<int64_t>& depth, const std::vector<char>& wanted, int64_t first_block) {
  Stage stage;
  stage.first_block = first_block;
  stage.end_block = depth[left.front()];
  for (const size_t n : left) stage.end_block = std::min(stage.end_block, depth[n]);
  stage.starts = stage.row_starts = {0};
  for (const size_t n : left) {
    const bool stops = depth[n] == stage.end_block;
    for (int32_t t = piece.starts[n]; t < piece.starts[n + 1]; t++) {
      const size_t token = static_cast<size_t>(t);
      if (!request.visible.empty()) {
        stage.visible.push_back(request.visible[static_cast<size_t>(piece.first_token) + token]);
      }
      if (stops && wanted[token] == 0) continue;
      (stops ? stage.stopping : stage.going_on).push_back(static_cast<int32_t>(stage.rows.size()));
      stage.rows.push_back(stage.starts.back() + t - piece.starts[n]);
    }
    stage.starts.push_back(stage.starts.back() + piece.starts[n + 1] - piece.starts[n]);
    stage.row_starts.push_back(static_cast<int32_t>(stage.rows.size()));
  }
  return stage;
}

template <class T>
void add_stages(const Request<T>& request, const Config& config, const std::vector<char>& wanted, Piece& piece) {
  const std::vector<int64_t> depth = depths(request, piece.sequences, config);
  std::vector<size_t> left(depth.size());
  std::iota(left.begin(), left.end(), size_t{0});
  std::vector<size_t> stopped;  // in the order of the stages
  for (int64_t block = 0; !left.empty();) {
    const Stage& stage = piece.stages.emplace_back(make_stage(request, piece, left, depth, wanted, block));
    block = stage.end_block;
    const auto going_on = std::stable_partition(left.begin(), left.end(), [&](size_t n) { return depth[n] == block; });
    stopped.insert(stopped.end(), left.begin(), going_on);
    left.erase(left.begin(), going_on);
  }
  if (piece.stages.size() == 1) return;
  std::vector<int32_t> place(wanted.size(), -1);
  int32_t next = 0;
  for (const size_t n : stopped) {
    for (int32_t t = piece.starts[n]; t < piece.starts[n + 1]; t++) {
      if (wanted[static_cast<size_t>(t)] != 0) place[static_cast<size_t>(t)] = next++;
    }
  }
  for (const int32_t t : piece.selected) piece.order.push_back(place[static_cast<size_t>(t)]);
}

}  // namespace

template <class T>
Piece make_piece(const Request<T>& request, const Needs& needs, Range sequences, const Config& config) {
  Piece piece;
  piece.sequences = sequences;
  piece.first_token = request.starts[static_cast<size_t>(sequences.begin)];
  for (int64_t n = sequences.begin; n <= sequences.end; n++) {
    piece.starts.push_back(static_cast<int32_t>(request.starts[static_cast<size_t>(n)] - piece.first_token));
  }
  for (size_t n = 0; n + 1 < piece.starts.size(); n++) {
    piece.longest = std::max<int64_t>(piece.longest, piece.starts[n + 1] - piece.starts[n]);
  }

  if (!request.embeds.empty()) {
    piece.embeds.resize(static_cast<size_t>(piece.tokens()));
    std::iota(piece.embeds.begin(), piece.embeds.end(), static_cast<int32_t>(piece.first_token));
  }

  const int64_t last_token = piece.first_token + piece.tokens();
  std::vector<int32_t> listed;
  if (needs.rows && request.all_rows) {
    piece.rows = {piece.first_token, last_token};
    for (int32_t t = 0; t < piece.tokens(); t++) listed.push_back(t);
  } else if (needs.rows) {
    const auto begin = std::lower_bound(request.rows.begin(), request.rows.end(), piece.first_token);
    const auto end = std::lower_bound(begin, request.rows.end(), last_token);
    piece.rows = {begin - request.rows.begin(), end - request.rows.begin()};
    for (auto row = begin; row != end; row++) listed.push_back(static_cast<int32_t>(*row - piece.first_token));
  }

  std::vector<char> wanted(static_cast<size_t>(piece.tokens()), needs.all);
  for (int32_t row : listed) wanted[static_cast<size_t>(row)] = true;
  for (size_t n = 0; needs.pooled && n + 1 < piece.starts.size(); n++)
    wanted[static_cast<size_t>(piece.starts[n])] = true;

  std::vector<int32_t> place(wanted.size(), -1);
  for (int32_t t = 0; t < piece.tokens(); t++) {
    if (wanted[static_cast<size_t>(t)] == 0) continue;
    place[static_cast<size_t>(t)] = static_cast<int32_t>(piece.selected.size());
    piece.selected.push_back(t);
  }
  add_stages(request, config, wanted, piece);

  for (int32_t row : listed) piece.asked.push_back(place[static_cast<size_t>(row)]);
  for (size_t i = 0; needs.pooled && i + 1 < piece.starts.size(); i++) {
    piece.first_rows.push_back(place[static_cast<size_t>(piece.starts[i])]);
  }
  return piece;
}

template Piece make_piece(const Request<float>&, const Needs&, Range, const Config&);
template Piece make_piece(const Request<double>&, const Needs&, Range, const Config&);

}  // namespace albert
