#include "model/model.h"

#include <algorithm>
#include <cmath>

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

template <class T>
void Model<T>::seal() {
  const bool int8 = precision_ == Precision::int8 || precision_ == Precision::int8_high;
  parameters_.seal(*pool_, threads_, int8 && parameters_.lacks_scales() ? see_inputs() : SeenInputs{});
}

// The largest inputs of each parameter set, on a few texts of random tokens in bfloat16.
template <class T>
SeenInputs Model<T>::see_inputs() const {
  constexpr int32_t kTexts = 8;
  Config config = config_;
  config.head = Head::none;
  Model probe(config, ops_, threads_, Schedule::split, Precision::bf16);
  probe.parameters_.copy_from(parameters_);
  probe.seal();

  Request<T> request;
  const int32_t length = static_cast<int32_t>(std::min<int64_t>(32, config.positions));
  uint32_t state = 1;
  for (int32_t n = 0; n <= kTexts; n++) request.starts.push_back(n * length);
  for (int32_t t = 0; t < kTexts * length; t++) {
    state = state * 1664525 + 1013904223;  // Numerical Recipes
    const int32_t drawn = static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(config.vocab_size));
    // ALBERT's [CLS] and [SEP] at the ends, where a vocabulary has them: they have the largest channels of all.
    const int32_t place = t % length;
    const int32_t id = place == 0 ? 2 : place == length - 1 ? 3 : drawn;
    request.ids.push_back(id < config.vocab_size ? id : drawn);
    request.types.push_back(0);
    request.positions.push_back(t % length);
  }
  request.outputs = {"hidden_states", "ffn_inputs"};
  Result<T> result;
  try {
    result = probe.forward(request, std::atomic<bool>(false));
  } catch (const Error&) {
    return {};  // weights that are no numbers: the first call of the model says so
  }

  const auto widen = [&](std::vector<float>& largest, const char* output, int64_t block) {
    const Matrix<T> rows = result.matrix(output).slice(block * request.tokens(), request.tokens());
    largest.resize(static_cast<size_t>(config.hidden_size));
    for (int64_t t = 0; t < rows.rows; t++) {
      for (size_t k = 0; k < largest.size(); k++) {
        largest[k] = std::max(largest[k], static_cast<float>(std::abs(rows.row(t)[k])));
      }
    }
  };
  SeenInputs seen;
  seen.attention.resize(static_cast<size_t>(config.attention_sets()));
  seen.ffn.resize(static_cast<size_t>(config.ffn_sets()));
  for (int64_t block = 0; block < config.blocks(); block++) {
    widen(seen.attention[static_cast<size_t>(config.attention_set(block))], "hidden_states", block);
    widen(seen.ffn[static_cast<size_t>(config.ffn_set(block))], "ffn_inputs", block);
  }
  const Matrix<T> last = result.matrix("hidden_states").slice(config.blocks() * request.tokens(), request.tokens());
  seen.pooler.resize(static_cast<size_t>(config.hidden_size));
  for (int64_t n = 0; n < kTexts; n++) {
    for (size_t k = 0; k < seen.pooler.size(); k++) {
      seen.pooler[k] += static_cast<float>(last.row(n * length)[k]) / static_cast<float>(kTexts);
    }
  }
  return seen;
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
