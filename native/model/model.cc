#include "model/model.h"

#include <algorithm>

#include "base/error.h"
#include "base/float_mode.h"
#include "model/check.h"
#include "model/encoder.h"
#include "model/heads.h"
#include "model/losses.h"

namespace albert {
namespace {

// Where the [heads, keys, keys] block of each sequence begins in a list of them, and the length of the list.
// Empty when the call neither shows attentions nor brings multipliers for them.
template <class T>
std::vector<int64_t> probability_starts(const Config& config, const Request<T>& request) {
  if (!request.wants("attentions") && request.multipliers.empty()) return {};
  std::vector<int64_t> starts{0};
  for (size_t n = 0; n + 1 < request.starts.size(); n++) {
    const int64_t keys = request.starts[n + 1] - request.starts[n];
    starts.push_back(starts.back() + config.heads * keys * keys);
  }
  return starts;
}

}  // namespace

template <class T>
Model<T>::Model(const Config& config, const Ops<T>& ops, int threads, Schedule schedule, Precision precision)
    : config_(config),
      ops_(ops),
      pool_(ThreadPool::shared()),
      threads_(threads <= 0 ? pool_->size() : std::min(threads, pool_->size())),
      schedule_(schedule),
      precision_(precision),
      formats_(formats_of(precision)),
      parameters_(config, formats_, ops_),
      workspaces_(static_cast<size_t>(threads_)) {
  check_precision(config, precision);
}

template <class T>
Arena& Model<T>::workspace(size_t index, int64_t bytes) {
  Arena& arena = workspaces_[index];
  if (arena.size_bytes() < bytes) {
    workspace_bytes_ -= arena.size_bytes();
    arena = Arena();  // the old one is freed before the larger one is taken
    arena = Arena(bytes);
    workspace_bytes_ += bytes;
  }
  arena.reset();
  return arena;
}

// False when the call was cancelled.
template <class T>
bool Model<T>::run_pieces(const Plan& plan, const Request<T>& request, const std::vector<int64_t>& probabilities,
                          Result<T>& result, const std::atomic<bool>& abort) {
  const Needs needs = needs_of(config_, request);
  std::vector<Piece> pieces;
  for (const Range& sequences : plan.pieces) pieces.push_back(make_piece(request, needs, sequences, config_));

  const bool walk = plan.mode == Schedule::walk;
  const int team_size = walk ? 1 : threads_;
  int64_t bytes = 0;
  for (const Piece& piece : pieces)
    bytes = std::max(bytes, Workspace<T>::bytes(ops_, config_, formats_, piece, team_size));
  const int teams = walk ? std::min<int>(threads_, static_cast<int>(pieces.size())) : 1;
  for (int team = 0; team < teams; team++) workspace(static_cast<size_t>(team), bytes);

  const auto run_piece = [&](const Piece& piece, const Workspace<T>& work, Cancellation& cancellation,
                             const Team& team) {
    const Run<T> run{ops_,  config_, formats_, parameters_.weights(), request,
                     piece, work,    result,   probabilities,         cancellation};
    const Matrix<T> rows = encode(run, team);
    if (rows.data == nullptr && piece.tokens() > 0 && cancellation.stopped) return false;
    run_head(run, rows, team);
    return true;
  };

  std::atomic<bool> complete{true};
  if (walk) {
    std::atomic<size_t> next{0};
    pool_->run(teams, [&](const Team& team) {
      FlushDenormals mode;
      Cancellation cancellation{&abort};
      for (size_t i = next++; i < pieces.size(); i = next++) {
        Arena& arena = workspaces_[static_cast<size_t>(team.part.index)];
        arena.reset();
        const Workspace<T> work(arena, ops_, config_, formats_, pieces[i], 1);
        if (!run_piece(pieces[i], work, cancellation, Team{})) {
          complete = false;
          return;
        }
      }
    });
    return complete;
  }
  Cancellation cancellation{&abort};
  std::vector<Workspace<T>> works;
  for (const Piece& piece : pieces) {
    workspaces_[0].reset();
    works.emplace_back(workspaces_[0], ops_, config_, formats_, piece, team_size);
  }
  pool_->run(threads_, [&](const Team& team) {
    FlushDenormals mode;
    for (size_t i = 0; i < pieces.size(); i++) {
      if (!run_piece(pieces[i], works[i], cancellation, team)) {
        complete = false;
        return;
      }
    }
  });
  return complete;
}

template <class T>
Result<T> Model<T>::forward(const Request<T>& request, const std::atomic<bool>& abort) {
  if (!parameters_.sealed()) throw Error("INTERNAL", "The model was asked before its weights were sealed.");
  check_request(config_, request);
  const std::vector<int64_t> probabilities = probability_starts(config_, request);
  Result<T> result;
  add_outputs(config_, request, probabilities, result);
  const Plan plan = make_plan(request.starts, config_, threads_, ops_.packer.panel, schedule_);
  if (!run_pieces(plan, request, probabilities, result, abort)) throw Error("ABORTED", "The call was aborted.");
  result.schedule = plan.reason;
  if (request.has_labels) compute_losses(config_, ops_, request, result, *pool_, threads_);
  check_finite(config_, request, result);
  return result;
}

template <class T>
Memory Model<T>::memory() const {
  return {parameters_.plain_bytes(), parameters_.packed_bytes(), workspace_bytes_};
}

template class Model<float>;
template class Model<double>;

}  // namespace albert
