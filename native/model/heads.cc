#include "model/heads.h"

#include <algorithm>

#include "base/error.h"
#include "model/squad2.h"

namespace albert {
namespace {

// Heads that read rows, against heads that read the pooled vector.
bool reads_rows(Head head) {
  return head == Head::masked_lm || head == Head::pretraining || head == Head::token_classification ||
         head == Head::question_answering;
}

bool reads_pooled(Head head) {
  return head == Head::pretraining || head == Head::sequence_classification || head == Head::multiple_choice;
}

const char* row_logits(Head head) { return head == Head::pretraining ? "prediction_logits" : "logits"; }
const char* pooled_logits(Head head) { return head == Head::pretraining ? "sop_logits" : "logits"; }

int64_t row_logits_width(const Config& c) {
  if (c.has_decoder()) return c.vocab_size;
  return c.head == Head::question_answering ? 2 : c.labels;
}

// The rows of the request's list: all selected rows when those are the same.
template <class T>
Matrix<T> asked_rows(const Run<T>& run, const Matrix<T>& rows, const Team& team) {
  const Piece& piece = run.piece;
  if (piece.asked.size() == piece.selected.size()) return rows;
  run.ops.gather_rows_forward({run.work.asked, rows, piece.asked.data()}, team.part);
  team.sync();
  return run.work.asked;
}

// tanh(first row W^T + b), semantics as AlbertModel's pooler: the first position whatever its token.
template <class T>
Matrix<T> pool(const Run<T>& run, const Matrix<T>& rows, const Team& team) {
  const Piece& piece = run.piece;
  run.ops.gather_rows_forward({run.work.first, rows, piece.first_rows.data()}, team.part);
  team.sync();
  const Matrix<T> wanted = run.result.matrix("pooler_output");
  Matrix<T> pooled = run.work.pooled;
  if (wanted.data != nullptr) pooled = {wanted.row(piece.sequences.begin), piece.size(), wanted.cols};
  run.ops.linear_activation_forward({pooled, run.work.first, run.weights.pooler, Activation::tanh}, team.part);
  team.sync();
  return pooled;
}

// Decoder of the masked-LM head: logits = LN(act(rows W^T + b)) Word^T + bias
template <class T>
void decode(const Run<T>& run, const Matrix<T>& rows, const Matrix<T>& logits, const Team& team) {
  const Weights<T>& w = run.weights;
  const Matrix<T> h = run.work.prediction;
  run.ops.linear_activation_forward({h, rows, w.prediction, run.config.activation}, team.part);
  team.sync();
  run.ops.layer_norm_forward(
      {h, h, {}, w.prediction_norm.gain, w.prediction_norm.bias, static_cast<T>(run.config.layer_norm_eps)}, team.part);
  team.sync();
  run.ops.linear_forward({logits, h, w.decoder}, team.part);
}

}  // namespace

template <class T>
Needs needs_of(const Config& config, const Request<T>& request) {
  const Head head = config.head;
  Needs needs;
  needs.rows = request.wants("last_hidden_state") ||
               (reads_rows(head) && (request.has_labels || request.wants(row_logits(head))));
  needs.pooled = request.wants("pooler_output") ||
                 (reads_pooled(head) && (request.has_labels || request.wants(pooled_logits(head))));
  needs.all = request.wants("hidden_states") || request.wants("ffn_inputs") || request.wants("attentions") ||
              !request.multipliers.empty() || head == Head::squad2;
  return needs;
}

template <class T>
void add_outputs(const Config& c, const Request<T>& request, const std::vector<int64_t>& probability_starts,
                 Result<T>& result) {
  const int64_t rows = request.row_count();
  const int64_t n = request.sequences();
  std::vector<std::string> known;
  const auto offer = [&](const char* name, bool exists, bool needed, std::vector<int64_t> dims) {
    if (!exists) return;
    known.push_back(name);
    if (needed || request.wants(name)) result.add(name, std::move(dims));
  };
  offer("last_hidden_state", true, false, {rows, c.hidden_size});
  offer("pooler_output", c.has_pooler(), false, {n, c.hidden_size});
  offer("hidden_states", true, false, {c.blocks() + 1, request.tokens(), c.hidden_size});
  offer("ffn_inputs", true, false, {c.blocks(), request.tokens(), c.hidden_size});  // for Model::see_inputs alone
  offer(row_logits(c.head), reads_rows(c.head), request.has_labels, {rows, row_logits_width(c)});
  offer(pooled_logits(c.head), reads_pooled(c.head), request.has_labels, {n, c.labels});
  known.push_back("attentions");
  if (request.wants("attentions")) {
    for (int64_t block = 0; block < c.blocks(); block++) {
      const std::string name = "attentions." + std::to_string(block);
      T* data = result.add(name, {probability_starts.back()}).data;
      for (int64_t i = 0; i < n; i++) {
        const int64_t keys = request.starts[static_cast<size_t>(i + 1)] - request.starts[static_cast<size_t>(i)];
        result.add_view(name + "." + std::to_string(i), {c.heads, keys, keys},
                        data + probability_starts[static_cast<size_t>(i)]);
      }
    }
  }
  if (c.head == Head::squad2) squad2::add_outputs(request, result, known);
  for (const std::string& name : request.outputs) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error("INTERNAL", "The head of this model has no output named " + name + ".");
    }
  }
}

template <class T>
void run_head(const Run<T>& run, const Matrix<T>& rows, const Team& team) {
  const Head head = run.config.head;
  const Piece& piece = run.piece;
  const int64_t count = piece.rows.end - piece.rows.begin;
  if (const Matrix<T> out = run.result.matrix("last_hidden_state"); out.data != nullptr && count > 0) {
    run.ops.gather_rows_forward({{out.row(piece.rows.begin), count, out.cols}, rows, piece.asked.data()}, team.part);
  }
  if (const Matrix<T> out = run.result.matrix(row_logits(head)); reads_rows(head) && out.data != nullptr && count > 0) {
    const Matrix<T> logits{out.row(piece.rows.begin), count, out.cols};
    const Matrix<T> asked = asked_rows(run, rows, team);
    if (run.config.has_decoder()) {
      decode(run, asked, logits, team);
    } else {
      run.ops.linear_forward({logits, asked, run.weights.classifier}, team.part);
    }
  }
  if (!piece.first_rows.empty()) {
    const Matrix<T> pooled = pool(run, rows, team);
    if (const Matrix<T> out = run.result.matrix(pooled_logits(head)); reads_pooled(head) && out.data != nullptr) {
      run.ops.linear_forward({{out.row(piece.sequences.begin), piece.size(), out.cols}, pooled, run.weights.classifier},
                             team.part);
    }
  }
  if (head == Head::squad2) squad2::run_head(run, rows, team);
  team.sync();  // the workspace is free for the next piece
}

template Needs needs_of(const Config&, const Request<float>&);
template Needs needs_of(const Config&, const Request<double>&);
template void add_outputs(const Config&, const Request<float>&, const std::vector<int64_t>&, Result<float>&);
template void add_outputs(const Config&, const Request<double>&, const std::vector<int64_t>&, Result<double>&);
template void run_head(const Run<float>&, const Matrix<float>&, const Team&);
template void run_head(const Run<double>&, const Matrix<double>&, const Team&);

}  // namespace albert
