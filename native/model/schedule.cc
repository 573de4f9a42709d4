#include "model/schedule.h"

#include <algorithm>
#include <cstdio>

namespace albert {
namespace {

// Tokens of a piece. Split: activations of a product (I x 4 bytes a token) should stay within a few megabytes of L3.
// Walk: a core's activations beside a stream of weights, see docs/kernels.md.
constexpr int64_t kSplitTokens = 1024;
constexpr int64_t kWalkTokens = 256;

// Rough machine, only for the comparison of the two schedules: float32 rate of a core, L3 bandwidth of a core and of
// the chip, one barrier. Being wrong by a factor of two moves the border between the schedules, never a result.
constexpr double kCoreFlops = 100e9;
constexpr double kCoreBytes = 20e9;
constexpr double kChipBytes = 200e9;
constexpr double kBarrierSeconds = 0.4e-6;
constexpr int kBarriersPerBlock = 7;

struct Product {
  int64_t inputs, outputs;
};

std::vector<Product> products(const Config& c) {
  const int64_t h = c.hidden_size;
  return {{h, h}, {h, 2 * h}, {h, h}, {h, c.intermediate_size}, {c.intermediate_size, h}};
}

int64_t tokens(const std::vector<int32_t>& starts, Range piece) {
  return starts[static_cast<size_t>(piece.end)] - starts[static_cast<size_t>(piece.begin)];
}

// Seconds of arithmetic of a piece on one core.
double work(const std::vector<int32_t>& starts, Range piece, const Config& c) {
  double flops = 0;
  for (const Product& p : products(c)) {
    flops += 2.0 * static_cast<double>(p.inputs * p.outputs * tokens(starts, piece));
  }
  for (int64_t n = piece.begin; n < piece.end; n++) {
    const double keys = static_cast<double>(starts[static_cast<size_t>(n + 1)] - starts[static_cast<size_t>(n)]);
    flops += 4.0 * keys * keys * static_cast<double>(c.hidden_size);
  }
  return flops * static_cast<double>(c.blocks()) / kCoreFlops;
}

double split_seconds(const std::vector<int32_t>& starts, const std::vector<Range>& pieces, const Config& c, int threads,
                     int64_t panel) {
  // A matrix with fewer panels than threads leaves threads idle.
  double useful = 0;
  double spent = 0;
  for (const Product& p : products(c)) {
    const int64_t panels = (p.outputs + panel - 1) / panel;
    const int64_t largest = (panels + threads - 1) / threads;
    useful += static_cast<double>(p.inputs * panels);
    spent += static_cast<double>(p.inputs * largest * threads);
  }
  double seconds = 0;
  for (const Range& piece : pieces) {
    seconds += work(starts, piece, c) / threads * spent / useful;
    seconds += static_cast<double>(c.blocks() * kBarriersPerBlock * threads) * kBarrierSeconds;
  }
  return seconds;
}

double walk_seconds(const std::vector<int32_t>& starts, const std::vector<Range>& pieces, const Config& c,
                    int threads) {
  double weights = 0;
  for (const Product& p : products(c)) weights += 4.0 * static_cast<double>(p.inputs * p.outputs);
  const double bandwidth = std::min(kCoreBytes, kChipBytes / threads);
  const double stream = weights * static_cast<double>(c.blocks()) / bandwidth;
  std::vector<double> load(static_cast<size_t>(threads), 0.0);
  for (const Range& piece : pieces) {
    // The next piece goes to whoever is free first, as at run time.
    *std::min_element(load.begin(), load.end()) += std::max(work(starts, piece, c), stream);
  }
  return *std::max_element(load.begin(), load.end());
}

}  // namespace

std::vector<Range> cut_into_pieces(const std::vector<int32_t>& starts, int64_t budget) {
  std::vector<Range> pieces;
  const int64_t sequences = static_cast<int64_t>(starts.size()) - 1;
  for (int64_t first = 0; first < sequences;) {
    int64_t last = first + 1;
    while (last < sequences && tokens(starts, {first, last + 1}) <= budget) last++;
    pieces.push_back({first, last});
    first = last;
  }
  return pieces;
}

Plan make_plan(const std::vector<int32_t>& starts, const Config& config, int threads, int64_t panel, Schedule forced) {
  Plan split{Schedule::split, cut_into_pieces(starts, kSplitTokens), ""};
  Plan walk{Schedule::walk, cut_into_pieces(starts, kWalkTokens), ""};
  const double split_time = split_seconds(starts, split.pieces, config, threads, panel);
  const double walk_time = walk_seconds(starts, walk.pieces, config, threads);
  const bool choose_walk = forced == Schedule::walk || (forced == Schedule::automatic && walk_time < split_time);
  Plan& plan = choose_walk ? walk : split;
  char text[160];
  std::snprintf(text, sizeof text, "%s: estimated %.3f ms split, %.3f ms walk on %d thread%s%s",
                choose_walk ? "walk" : "split", split_time * 1e3, walk_time * 1e3, threads, threads == 1 ? "" : "s",
                forced == Schedule::automatic ? "" : " (forced)");
  plan.reason = text;
  return std::move(plan);
}

}  // namespace albert
