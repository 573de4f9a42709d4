#include "model/piece.h"

#include <algorithm>
#include <numeric>

namespace albert {

template <class T>
Piece make_piece(const Request<T>& request, const Needs& needs, Range sequences) {
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
  size_t n = 0;
  piece.selected_starts.push_back(0);
  for (int32_t t = 0; t < piece.tokens(); t++) {
    while (t == piece.starts[n + 1]) {
      piece.selected_starts.push_back(static_cast<int32_t>(piece.selected.size()));
      n++;
    }
    if (!wanted[static_cast<size_t>(t)]) continue;
    place[static_cast<size_t>(t)] = static_cast<int32_t>(piece.selected.size());
    piece.selected.push_back(t);
  }
  piece.selected_starts.resize(piece.starts.size(), static_cast<int32_t>(piece.selected.size()));

  for (int32_t row : listed) piece.asked.push_back(place[static_cast<size_t>(row)]);
  for (size_t i = 0; needs.pooled && i + 1 < piece.starts.size(); i++) {
    piece.first_rows.push_back(place[static_cast<size_t>(piece.starts[i])]);
  }
  return piece;
}

template Piece make_piece(const Request<float>&, const Needs&, Range);
template Piece make_piece(const Request<double>&, const Needs&, Range);

}  // namespace albert
