#include "model/encoder.h"

#include <algorithm>
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

// y = f(x w^T + bias), in the format of the weight.
template <class T>
void product(const Run<T>& run, const Operand<T>& y, const Operand<T>& x, const PackedWeight<T>& w, const Team& team,
             Activation kind = Activation::linear) {
  if (w.format == Format::bf16) return run.ops.linear_bf16_forward({y, x, w, kind}, team.part);
  if (w.format == Format::int8) return run.ops.linear_int8_forward({y, x, w, kind}, team.part);
  if (kind == Activation::linear) return run.ops.linear_forward({y.plain, x.plain, w}, team.part);
  run.ops.linear_activation_forward({y.plain, x.plain, w, kind}, team.part);
}

// This part's rows of x as a product reads them; nothing to do where they are plain.
template <class T>
void convert(const Run<T>& run, const Operand<T>& y, const Matrix<T>& x, const Team& team) {
  if (y.format != Format::plain) run.ops.convert_rows_forward({y, x}, team.part);
}

// y = LayerNorm(x + r), and the same as a product reads it: some rows a time, so that the second finds them in the cache.
template <class T>
void normalise(const Run<T>& run, LayerNormForward<T> norm, const Operand<T>& y_in, const Team& team) {
  constexpr int64_t kRows = 8;
  if (y_in.format == Format::plain) return run.ops.layer_norm_forward(norm, team.part);
  const Range rows = share(norm.x.rows, 1, team.part);
  for (int64_t t = rows.begin; t < rows.end; t += kRows) {
    const int64_t count = std::min(kRows, rows.end - t);
    LayerNormForward<T> own = norm;
    own.y = norm.y.slice(t, count);
    own.x = norm.x.slice(t, count);
    if (norm.r.data != nullptr) own.r = norm.r.slice(t, count);
    run.ops.layer_norm_forward(own, Part{});
    run.ops.convert_rows_forward({y_in.slice(t, count), own.y}, Part{});
  }
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
    embedding.word = Matrix<const T>{run.request.embeds.data(), run.request.tokens(), run.config.embedding_size};
  }
  run.ops.embedding_forward(embedding, team.part);
  team.sync();
  run.ops.layer_norm_forward(
      {sum, sum, {}, w.embedding_norm.gain, w.embedding_norm.bias, static_cast<T>(run.config.layer_norm_eps)},
      team.part);
  drop_out(run, "embeddings", sum, team);
  if (run.config.projection) {
    convert(run, run.work.embedding_in, sum, team);
    team.sync();
    product<T>(run, run.work.hidden, run.work.embedding_in, w.mapping, team);
    team.sync();
  }
  convert(run, run.work.hidden_in, run.work.hidden, team);
}

// The rows of a block: the residual stream, and the same as a product reads it.
template <class T>
struct Rows {
  Matrix<T> stream;
  Operand<T> in;
};

// Everything of an attention but the numbers.
template <class T>
AttentionBatch<T> attention_batch(const Run<T>& run, int64_t block, bool pruned) {
  const Piece& piece = run.piece;
  AttentionBatch<T> batch;
  batch.starts = piece.starts.data();
  batch.query_starts = pruned ? piece.selected_starts.data() : piece.starts.data();
  if (!run.request.visible.empty()) batch.visible = run.request.visible.data() + piece.first_token;
  if (!run.probability_starts.empty()) {
    batch.probability_starts = run.probability_starts.data() + piece.sequences.begin;
    batch.probabilities = run.result.matrix(BlockName("attentions", block)).data;
    const auto given = run.request.multipliers.find(std::string_view(BlockName("attention_probs", block)));
    if (given != run.request.multipliers.end()) batch.multiplier = given->second.data();
  }
  batch.sequences = static_cast<int32_t>(piece.size());
  batch.heads = static_cast<int32_t>(run.config.heads);
  batch.scale = T(1) / std::sqrt(static_cast<T>(run.config.hidden_size / run.config.heads));
  batch.scratch = run.work.attention_scratch;
  batch.scratch_bytes = run.work.attention_scratch_bytes;
  return batch;
}

// context = attention of `rows` (the queries) over all tokens of their sequences.
template <class T>
void attend(const Run<T>& run, const AttentionWeights<T>& w, int64_t block, const Rows<T>& rows, bool pruned,
            const Team& team) {
  const Workspace<T>& work = run.work;
  const int64_t count = rows.stream.rows;
  const int64_t width = run.config.hidden_size;
  product<T>(run, work.key_value, work.hidden_in, w.key_value, team);
  product<T>(run, work.query.slice(0, count), rows.in, w.query, team);
  team.sync();

  const AttentionBatch<T> batch = attention_batch(run, block, pruned);
  const Operand<T> context = work.context.slice(0, count);
  if (run.formats.attention == Format::plain) {
    run.ops.attention_forward({batch, context.plain, work.query.plain.top(count), work.key_value.plain.columns(0, width),
                               work.key_value.plain.columns(width, width)},
                              team.part);
  } else {
    run.ops.attention_bf16_forward({batch, context, work.query.bf16.top(count), work.key_value.bf16.columns(0, width),
                                    work.key_value.bf16.columns(width, width)},
                                   team.part);
  }
  team.sync();
  if (work.context_in.format != work.context.format) {
    convert(run, work.context_in.slice(0, count), context.plain, team);
    team.sync();
  }
}

// out = LN2(ffn_output(act(ffn(y))) + y),  y = LN1(dense(attention) + rows)
template <class T>
void run_block(const Run<T>& run, int64_t block, const Rows<T>& rows, bool pruned, const Team& team) {
  const Config& c = run.config;
  const AttentionWeights<T>& attention = run.weights.attention[static_cast<size_t>(c.attention_set(block))];
  const FfnWeights<T>& ffn = run.weights.ffn[static_cast<size_t>(c.ffn_set(block))];
  const T eps = static_cast<T>(c.layer_norm_eps);
  const int64_t count = rows.stream.rows;
  const Matrix<T> sum = run.work.sum.top(count);
  const Matrix<T> normed = run.work.normed.top(count);
  const Operand<T> normed_in = run.work.normed_in.slice(0, count);
  const Operand<T> inner = run.work.inner.slice(0, count);
  const bool last = block + 1 == c.blocks();

  attend(run, attention, block, rows, pruned, team);
  product<T>(run, sum, run.work.context_in.slice(0, count), attention.dense, team);
  drop_out(run, BlockName("attention_output", block), sum, team);
  team.sync();
  normalise<T>(run, {normed, sum, rows.stream, attention.norm.gain, attention.norm.bias, eps}, normed_in, team);
  team.sync();
  product(run, inner, normed_in, ffn.ffn, team, c.activation);
  team.sync();
  product<T>(run, sum, inner, ffn.ffn_output, team);
  drop_out(run, BlockName("ffn_output", block), sum, team);
  team.sync();
  normalise<T>(run, {rows.stream, sum, normed, ffn.norm.gain, ffn.norm.bias, eps},
               last ? Operand<T>(rows.stream) : rows.in, team);
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
      convert(run, run.work.chosen_in, run.work.chosen, team);
      team.sync();
    }
    const Rows<T> rows = pruned ? Rows<T>{run.work.chosen, run.work.chosen_in} : Rows<T>{hidden, run.work.hidden_in};
    run_block(run, block, rows, pruned, team);
    team.sync();
    keep_hidden_state(run, block + 1, hidden, team);
  }
  return run.piece.selects_all() ? hidden : run.work.chosen;
}

template Matrix<float> encode(const Run<float>&, const Team&);
template Matrix<double> encode(const Run<double>&, const Team&);

}  // namespace albert
