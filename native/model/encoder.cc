#include "model/encoder.h"

#include <cmath>
#include <cstring>
#include <string_view>

namespace albert {
namespace {

// Dropout multipliers that the caller gave for a place, as the rows of this piece; null data when there are none.
template <class T>
Matrix<const T> multiplier(const Run<T>& run, std::string_view place, int64_t width) {
  const auto found = run.request.multipliers.find(place);
  if (found == run.request.multipliers.end()) return {};
  return {found->second.data() + run.piece.first_token * width, run.piece.tokens(), width};
}

template <class T>
void drop_out(const Run<T>& run, std::string_view place, const Matrix<T>& x, const Team& team) {
  const Matrix<const T> given = multiplier(run, place, x.cols);
  if (given.data == nullptr) return;
  team.sync();
  run.ops.dropout_forward({x, x, given}, team.part);
}

template <class T>
void keep_hidden_state(const Run<T>& run, int64_t index, const Matrix<T>& hidden, const Team& team) {
  const Matrix<T> all = run.result.matrix("hidden_states");
  if (all.data == nullptr) return;
  const Range rows = share(hidden.rows, 1, team.part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    std::memcpy(all.row(index * run.request.tokens() + run.piece.first_token + t), hidden.row(t),
                static_cast<size_t>(hidden.cols) * sizeof(T));
  }
}

// hidden = mapping(LayerNorm(word + type + position)), the mapping being absent in BERT.
template <class T>
void embed(const Run<T>& run, const Team& team) {
  const Weights<T>& w = run.weights;
  const size_t first = static_cast<size_t>(run.piece.first_token);
  const Matrix<T> sum = run.config.projection ? run.work.embedding : run.work.hidden;
  EmbeddingForward<T> embedding{sum, w.word, w.type, w.position};
  embedding.types = run.request.types.data() + first;
  embedding.positions = run.request.positions.data() + first;
  if (run.request.embeds.empty()) {
    embedding.ids = run.request.ids.data() + first;
  } else {
    embedding.ids = run.piece.embeds.data();
    embedding.word = {run.request.embeds.data(), run.request.tokens(), run.config.embedding_size};
  }
  run.ops.embedding_forward(embedding, team.part);
  team.sync();
  run.ops.layer_norm_forward(
      {sum, sum, {}, w.embedding_norm.gain, w.embedding_norm.bias, static_cast<T>(run.config.layer_norm_eps)},
      team.part);
  drop_out(run, "embeddings", sum, team);
  team.sync();
  if (run.config.projection) {
    run.ops.linear_forward({run.work.hidden, sum, w.mapping}, team.part);
    team.sync();
  }
}

// context = attention of `rows` (the queries) over all tokens of their sequences.
template <class T>
void attend(const Run<T>& run, const AttentionWeights<T>& w, int64_t block, const Matrix<T>& rows, bool pruned,
            const Team& team) {
  const Config& c = run.config;
  const Workspace<T>& work = run.work;
  const Piece& piece = run.piece;
  const int64_t count = rows.rows;
  run.ops.linear_forward({work.key_value, work.hidden, w.key_value}, team.part);
  run.ops.linear_forward({work.query.top(count), rows, w.query}, team.part);
  team.sync();

  AttentionForward<T> attention;
  attention.context = work.context.top(count);
  attention.query = work.query.top(count);
  attention.key = work.key_value.columns(0, c.hidden_size);
  attention.value = work.key_value.columns(c.hidden_size, c.hidden_size);
  attention.starts = piece.starts.data();
  attention.query_starts = pruned ? piece.selected_starts.data() : piece.starts.data();
  if (!run.request.visible.empty()) attention.visible = run.request.visible.data() + piece.first_token;
  if (!run.probability_starts.empty()) {
    attention.probability_starts = run.probability_starts.data() + piece.sequences.begin;
    attention.probabilities = run.result.matrix(BlockName("attentions", block)).data;
    const auto given = run.request.multipliers.find(std::string_view(BlockName("attention_probs", block)));
    if (given != run.request.multipliers.end()) attention.multiplier = given->second.data();
  }
  attention.sequences = static_cast<int32_t>(piece.size());
  attention.heads = static_cast<int32_t>(c.heads);
  attention.scale = T(1) / std::sqrt(static_cast<T>(c.hidden_size / c.heads));
  attention.scratch = work.attention_scratch;
  attention.scratch_bytes = work.attention_scratch_bytes;
  run.ops.attention_forward(attention, team.part);
  team.sync();
}

// out = LN2(ffn_output(act(ffn(y))) + y),  y = LN1(dense(attention) + rows)
template <class T>
void run_block(const Run<T>& run, int64_t block, const Matrix<T>& rows, bool pruned, const Team& team) {
  const Config& c = run.config;
  const AttentionWeights<T>& attention = run.weights.attention[static_cast<size_t>(c.attention_set(block))];
  const FfnWeights<T>& ffn = run.weights.ffn[static_cast<size_t>(c.ffn_set(block))];
  const T eps = static_cast<T>(c.layer_norm_eps);
  const int64_t count = rows.rows;
  const Matrix<T> context = run.work.context.top(count);
  const Matrix<T> sum = run.work.sum.top(count);
  const Matrix<T> normed = run.work.normed.top(count);
  const Matrix<T> inner = run.work.inner.top(count);

  attend(run, attention, block, rows, pruned, team);
  run.ops.linear_forward({sum, context, attention.dense}, team.part);
  drop_out(run, BlockName("attention_output", block), sum, team);
  team.sync();
  run.ops.layer_norm_forward({normed, sum, rows, attention.norm.gain, attention.norm.bias, eps}, team.part);
  team.sync();
  run.ops.linear_activation_forward({inner, normed, ffn.ffn, c.activation}, team.part);
  team.sync();
  run.ops.linear_forward({sum, inner, ffn.ffn_output}, team.part);
  drop_out(run, BlockName("ffn_output", block), sum, team);
  team.sync();
  run.ops.layer_norm_forward({rows, sum, normed, ffn.norm.gain, ffn.norm.bias, eps}, team.part);
}

}  // namespace

template <class T>
Matrix<T> encode(const Run<T>& run, const Team& team) {
  const Matrix<T> hidden = run.work.hidden;
  embed(run, team);
  keep_hidden_state(run, 0, hidden, team);
  for (int64_t block = 0; block < run.config.blocks(); block++) {
    if (team.part.index == 0) run.cancellation.stopped = run.cancellation.asked->load(std::memory_order_relaxed);
    team.sync();
    if (run.cancellation.stopped) return {};
    const bool pruned = block + 1 == run.config.blocks() && !run.piece.selects_all();
    if (pruned) {
      run.ops.gather_rows_forward({run.work.chosen, hidden, run.piece.selected.data()}, team.part);
      team.sync();
    }
    run_block(run, block, pruned ? run.work.chosen : hidden, pruned, team);
    team.sync();
    keep_hidden_state(run, block + 1, hidden, team);
  }
  return run.piece.selects_all() ? hidden : run.work.chosen;
}

template Matrix<float> encode(const Run<float>&, const Team&);
template Matrix<double> encode(const Run<double>&, const Team&);

}  // namespace albert
