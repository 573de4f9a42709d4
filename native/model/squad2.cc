#include "model/squad2.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>

namespace albert::squad2 {
namespace {

// Places of the `count` largest of x [n], largest first, equal ones in order; -1 and -inf where n is smaller.
// order [n] is scratch.
template <class T>
void top(const T* x, int64_t n, int64_t count, T* values, T* places, int64_t* order) {
  std::iota(order, order + n, 0);
  std::partial_sort(order, order + std::min(n, count), order + n,
                    [&](int64_t a, int64_t b) { return x[a] > x[b] || (x[a] == x[b] && a < b); });
  for (int64_t i = 0; i < count; i++) {
    const bool exists = i < n;
    values[i] = exists ? x[order[i]] : -std::numeric_limits<T>::max();
    places[i] = exists ? static_cast<T>(order[i]) : T(-1);
  }
}

// The best starts and ends, which are found together.
constexpr const char* kBeams[] = {"start_top_log_probs", "start_top_index", "end_top_log_probs", "end_top_index"};

template <class T>
bool wants_beams(const Request<T>& request) {
  return std::any_of(std::begin(kBeams), std::end(kBeams), [&](const char* name) { return request.wants(name); });
}

// One sequence of the piece: its rows of x, its excluded tokens, its place in the outputs.
template <class T>
struct Sequence {
  Matrix<const T> x;
  Matrix<const T> excluded;  // [1,s], null data = none
  int64_t index;             // in the batch
  int64_t first_token;       // in the batch
};

// log_probs [s] = end(r) for r = x[start]
template <class T>
void end_log_probs(const Run<T>& run, const Sequence<T>& s, int64_t start, T* log_probs, const Team& team) {
  const Weights<T>& w = run.weights;
  const int64_t h = s.x.cols;
  const int64_t tokens = s.x.rows;
  const Matrix<T> pair = run.work.pair.top(tokens);
  const Matrix<T> hidden = run.work.end_hidden.top(tokens);
  const Range rows = share(tokens, 1, team.part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    std::memcpy(pair.row(t), s.x.row(t), static_cast<size_t>(h) * sizeof(T));
    std::memcpy(pair.row(t) + h, s.x.row(start), static_cast<size_t>(h) * sizeof(T));
  }
  team.sync();
  run.ops.linear_activation_forward({hidden, pair, w.end_hidden, Activation::tanh}, team.part);
  team.sync();
  run.ops.layer_norm_forward(
      {hidden, hidden, {}, w.end_norm.gain, w.end_norm.bias, static_cast<T>(run.config.layer_norm_eps)}, team.part);
  team.sync();
  run.ops.linear_forward({{log_probs, tokens, 1}, hidden, w.end_output}, team.part);
  team.sync();
  const Matrix<T> row{log_probs, 1, tokens};
  run.ops.log_softmax_forward({row, row, s.excluded}, team.part);
  team.sync();
}

template <class T>
void answerability(const Run<T>& run, const Sequence<T>& s, const T* start_log_probs, T* logit, const Team& team) {
  const int64_t h = s.x.cols;
  const Matrix<T> pair = run.work.pair.top(1);
  if (team.part.index == 0) {
    std::fill_n(pair.row(0), h, T(0));
    for (int64_t t = 0; t < s.x.rows; t++) {
      const T p = std::exp(start_log_probs[t]);
      for (int64_t i = 0; i < h; i++) pair.row(0)[i] += p * s.x.row(t)[i];
    }
    std::memcpy(pair.row(0) + h, s.x.row(0), static_cast<size_t>(h) * sizeof(T));
  }
  team.sync();
  const Matrix<T> hidden = run.work.end_hidden.top(1);
  run.ops.linear_activation_forward({hidden, pair, run.weights.answer_hidden, Activation::tanh}, team.part);
  team.sync();
  run.ops.linear_forward({{logit, 1, 1}, hidden, run.weights.answer_output}, team.part);
  team.sync();
}

template <class T>
void run_sequence(const Run<T>& run, const Sequence<T>& s, const Team& team) {
  const Request<T>& request = run.request;
  const int64_t tokens = s.x.rows;
  T* start = run.result.matrix("start_log_probs").data + s.first_token;
  run.ops.linear_forward({{start, tokens, 1}, s.x, run.weights.classifier}, team.part);
  team.sync();
  const Matrix<T> row{start, 1, tokens};
  run.ops.log_softmax_forward({row, row, s.excluded}, team.part);
  team.sync();
  answerability(run, s, start, run.result.matrix("cls_logits").data + s.index, team);
  if (const T* end = run.result.matrix("end_log_probs").data; end != nullptr) {
    const int64_t given = request.start_positions[static_cast<size_t>(s.index)];
    end_log_probs(run, s, std::max<int64_t>(given, 0), const_cast<T*>(end) + s.first_token, team);
  }
  if (!wants_beams(request)) return;
  T* starts = run.result.matrix("start_top_index").row(s.index);
  if (team.part.index == 0) {
    top(start, tokens, request.start_top, run.result.matrix("start_top_log_probs").row(s.index), starts,
        run.work.order);
  }
  team.sync();
  for (int64_t k = 0; k < request.start_top; k++) {
    T* log_probs = run.work.log_probs.row(0);
    end_log_probs(run, s, std::max<int64_t>(static_cast<int64_t>(starts[k]), 0), log_probs, team);
    if (team.part.index == 0) {
      const int64_t at = k * request.end_top;
      top(log_probs, tokens, request.end_top, run.result.matrix("end_top_log_probs").row(s.index) + at,
          run.result.matrix("end_top_index").row(s.index) + at, run.work.order);
    }
    team.sync();
  }
}

}  // namespace

template <class T>
void add_outputs(const Request<T>& request, Result<T>& result, std::vector<std::string>& known) {
  const int64_t n = request.sequences();
  result.add("start_log_probs", {request.tokens()});
  result.add("cls_logits", {n});
  if (!request.start_positions.empty()) result.add("end_log_probs", {request.tokens()});
  if (wants_beams(request)) {
    result.add("start_top_log_probs", {n, request.start_top});
    result.add("start_top_index", {n, request.start_top});
    result.add("end_top_log_probs", {n, request.start_top * request.end_top});
    result.add("end_top_index", {n, request.start_top * request.end_top});
  }
  for (const char* name : {"start_log_probs", "cls_logits", "end_log_probs"}) known.push_back(name);
  for (const char* name : kBeams) known.push_back(name);
}

template <class T>
void run_head(const Run<T>& run, const Matrix<T>& rows, const Team& team) {
  const Piece& piece = run.piece;
  for (int64_t i = 0; i < piece.size(); i++) {
    const int64_t begin = piece.starts[static_cast<size_t>(i)];
    const int64_t tokens = piece.starts[static_cast<size_t>(i + 1)] - begin;
    Sequence<T> s{
        {rows.row(begin), tokens, rows.cols, rows.stride}, {}, piece.sequences.begin + i, piece.first_token + begin};
    if (!run.request.excluded.empty()) s.excluded = {run.request.excluded.data() + s.first_token, 1, tokens};
    run_sequence(run, s, team);
  }
}

template void add_outputs(const Request<float>&, Result<float>&, std::vector<std::string>&);
template void add_outputs(const Request<double>&, Result<double>&, std::vector<std::string>&);
template void run_head(const Run<float>&, const Matrix<float>&, const Team&);
template void run_head(const Run<double>&, const Matrix<double>&, const Team&);

}  // namespace albert::squad2
