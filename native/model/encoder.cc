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

// How products read rows: nothing to write where they read the rows themselves.
template <class T>
struct Inputs {
  Operand<T> in;
  const float* factors = nullptr;  // of int8
  Operand<T> value_in = {};        // of the product of values, where that has a format of its own

  Inputs slice(int64_t first, int64_t count) const {
    return {in.slice(first, count), factors, is_set(value_in) ? value_in.slice(first, count) : value_in};
  }
  static bool is_set(const Operand<T>& rows) { return rows.format != Format::plain; }
};

// This part's rows of x as products read them.
template <class T>
void convert(const Run<T>& run, const Inputs<T>& y, const Matrix<T>& x, Part part) {
  if (Inputs<T>::is_set(y.in)) run.ops.convert_rows_forward({y.in, x, y.factors}, part);
  if (Inputs<T>::is_set(y.value_in)) run.ops.convert_rows_forward({y.value_in, x}, part);
}

// How the attention of a block reads the first `count` rows of the residual stream; nothing behind the last block.
template <class T>
Inputs<T> attention_inputs(const Run<T>& run, int64_t block, int64_t count) {
  if (block == run.config.blocks()) return {};
  const AttentionWeights<T>& w = run.weights.attention[static_cast<size_t>(run.config.attention_set(block))];
  return Inputs<T>{run.work.hidden_in, w.factors, run.work.value_in}.slice(0, count);
}

// y = LayerNorm(x + r), and the same as products read it: some rows a time, so that the second finds them in the cache.
template <class T>
void normalise(const Run<T>& run, const LayerNormForward<T>& norm, const Inputs<T>& y_in, const Team& team) {
  constexpr int64_t kRows = 8;
  if (!Inputs<T>::is_set(y_in.in)) return run.ops.layer_norm_forward(norm, team.part);
  const Range rows = share(norm.x.rows, 1, team.part);
  for (int64_t t = rows.begin; t < rows.end; t += kRows) {
    const int64_t count = std::min(kRows, rows.end - t);
    LayerNormForward<T> own = norm;
    own.y = norm.y.slice(t, count);
    own.x = norm.x.slice(t, count);
    if (norm.r.data != nullptr) own.r = norm.r.slice(t, count);
    run.ops.layer_norm_forward(own, Part{});
    convert(run, y_in.slice(t, count), own.y, Part{});
  }
}

// Copies this part's rows into block `index` of an output, if that was asked for.
template <class T>
void keep(const Run<T>& run, const char* output, int64_t index, const Matrix<T>& x, const Team& team) {
  const Matrix<T> all = run.result.matrix(output);
  if (all.data == nullptr) return;
  const Range rows = share(x.rows, 1, team.part);
  for (int64_t t = rows.begin; t < rows.end; t++) {
    std::memcpy(all.row(index * run.request.tokens() + run.piece.first_token + t), x.row(t),
                static_cast<size_t>(x.cols) * sizeof(T));
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
    convert<T>(run, {run.work.embedding_in}, sum, team.part);
    team.sync();
    product<T>(run, run.work.hidden, run.work.embedding_in, w.mapping, team);
    team.sync();
  }
  convert(run, attention_inputs(run, 0, run.work.hidden.rows), run.work.hidden, team.part);
}

// The rows of a block: the residual stream, and the same as its queries read it.
template <class T>
struct Rows {
  Matrix<T> stream;
  Operand<T> in;
};

// Where a block stands: its number, the sequences that are left, and whether it computes the rows of the stage only.
struct Place {
  int64_t block;
  const Stage& stage;
  bool pruned;

  bool closes() const { return block + 1 == stage.end_block; }
};

// Everything of an attention but the numbers.
template <class T>
AttentionBatch<T> attention_batch(const Run<T>& run, const Place& at) {
  const int64_t block = at.block;
  AttentionBatch<T> batch;
  batch.starts = at.stage.starts.data();
  batch.query_starts = at.pruned ? at.stage.row_starts.data() : at.stage.starts.data();
  if (!at.stage.visible.empty()) batch.visible = at.stage.visible.data();
  if (!run.probability_starts.empty()) {
    batch.probability_starts = run.probability_starts.data() + run.piece.sequences.begin;
    batch.probabilities = run.result.matrix(BlockName("attentions", block)).data;
    const auto given = run.request.multipliers.find(std::string_view(BlockName("attention_probs", block)));
    if (given != run.request.multipliers.end()) batch.multiplier = given->second.data();
  }
  batch.sequences = static_cast<int32_t>(at.stage.size());
  batch.heads = static_cast<int32_t>(run.config.heads);
  batch.scale = T(1) / std::sqrt(static_cast<T>(run.config.hidden_size / run.config.heads));
  batch.scratch = run.work.attention_scratch;
  batch.scratch_bytes = run.work.attention_scratch_bytes;
  return batch;
}

// context = attention of `rows` (the queries) over all tokens of their sequences.
template <class T>
void attend(const Run<T>& run, const AttentionWeights<T>& w, const Place& at, const Rows<T>& rows, const Team& team) {
  const Workspace<T>& work = run.work;
  const int64_t count = rows.stream.rows;
  const int64_t tokens = at.stage.tokens();
  const int64_t width = run.config.hidden_size;
  const Inputs<T> inputs = attention_inputs(run, at.block, tokens);
  const Operand<T> key_value = work.key_value.slice(0, tokens);
  product(run, key_value.columns(0, width), inputs.in, w.key, team);
  product(run, key_value.columns(width, width), Inputs<T>::is_set(inputs.value_in) ? inputs.value_in : inputs.in,
          w.value, team);
  product<T>(run, work.query.slice(0, count), rows.in, w.query, team);
  team.sync();

  const AttentionBatch<T> batch = attention_batch(run, at);
  const Operand<T> context = work.context.slice(0, count);
  if (run.formats.attention == Format::plain) {
    run.ops.attention_forward({batch, context.plain, work.query.plain.top(count),
                               work.key_value.plain.columns(0, width), work.key_value.plain.columns(width, width)},
                              team.part);
  } else {
    run.ops.attention_bf16_forward({batch, context, work.query.bf16.top(count), work.key_value.bf16.columns(0, width),
                                    work.key_value.bf16.columns(width, width)},
                                   team.part);
  }
  team.sync();
  if (work.context_in.format != work.context.format) {
    convert<T>(run, {work.context_in.slice(0, count)}, context.plain, team.part);
    team.sync();
  }
}

// out = LN2(ffn_output(act(ffn(y))) + y),  y = LN1(dense(attention) + rows)
template <class T>
void run_block(const Run<T>& run, const Place& at, const Rows<T>& rows, const Team& team) {
  const Config& c = run.config;
  const int64_t block = at.block;
  const AttentionWeights<T>& attention = run.weights.attention[static_cast<size_t>(c.attention_set(block))];
  const FfnWeights<T>& ffn = run.weights.ffn[static_cast<size_t>(c.ffn_set(block))];
  const T eps = static_cast<T>(c.layer_norm_eps);
  const int64_t count = rows.stream.rows;
  const Matrix<T> sum = run.work.sum.top(count);
  const Matrix<T> normed = run.work.normed.top(count);
  const Operand<T> normed_in = run.work.normed_in.slice(0, count);
  const Operand<T> inner = run.work.inner.slice(0, count);

  attend(run, attention, at, rows, team);
  product<T>(run, sum, run.work.context_in.slice(0, count), attention.dense, team);
  drop_out(run, BlockName("attention_output", block), sum, team);
  team.sync();
  normalise<T>(run, {normed, sum, rows.stream, attention.norm.gain, attention.norm.bias, eps}, {normed_in, ffn.factors},
               team);
  keep(run, "ffn_inputs", block, normed, team);
  team.sync();
  product(run, inner, normed_in, ffn.ffn, team, c.activation);
  team.sync();
  product<T>(run, sum, inner, ffn.ffn_output, team);
  drop_out(run, BlockName("ffn_output", block), sum, team);
  team.sync();
  normalise<T>(run, {rows.stream, sum, normed, ffn.norm.gain, ffn.norm.bias, eps},
               at.closes() ? Inputs<T>() : attention_inputs(run, block + 1, count), team);
}

// After the last block of a stage but the last: `rows` of sequences that stop are put aside, behind the `stopped` ones
// of earlier stages; the others become the residual stream of the next stage.
template <class T>
void part_ways(const Run<T>& run, const Stage& stage, const Matrix<T>& rows, int64_t stopped, const Team& team) {
  const auto count = [](const std::vector<int32_t>& list) { return static_cast<int64_t>(list.size()); };
  run.ops.gather_rows_forward({run.work.stopped.slice(stopped, count(stage.stopping)), rows, stage.stopping.data()},
                              team.part);
  if (stage.is_last()) return;
  const Matrix<T> hidden = run.work.hidden.top(count(stage.going_on));
  run.ops.gather_rows_forward({hidden, rows, stage.going_on.data()}, team.part);
  convert(run, attention_inputs(run, stage.end_block, hidden.rows), hidden, team.part);
}

}  // namespace

template <class T>
Matrix<T> encode(const Run<T>& run, const Team& team) {
  embed(run, team);
  keep(run, "hidden_states", 0, run.work.hidden, team);
  Matrix<T> rows;
  int64_t stopped = 0;
  for (const Stage& stage : run.piece.stages) {
    const Matrix<T> hidden = run.work.hidden.top(stage.tokens());
    const bool in_place = stage.computes_all() && stage.is_last();
    for (int64_t block = stage.first_block; block < stage.end_block; block++) {
      if (team.part.index == 0) run.cancellation.stopped = run.cancellation.asked->load(std::memory_order_relaxed);
      team.sync();
      if (run.cancellation.stopped) return {};
      const Place at = {block, stage, block + 1 == stage.end_block && !in_place};
      Rows<T> own = {hidden, run.work.hidden_in.slice(0, hidden.rows)};
      if (at.pruned) {
        const int64_t count = static_cast<int64_t>(stage.rows.size());
        own = {run.work.chosen.top(count), run.work.chosen_in.slice(0, count)};
        run.ops.gather_rows_forward({own.stream, hidden, stage.rows.data()}, team.part);
        convert<T>(run, {own.in, attention_inputs(run, block, 0).factors}, own.stream, team.part);
        team.sync();
      }
      run_block(run, at, own, team);
      team.sync();
      keep(run, "hidden_states", block + 1, hidden, team);
      rows = own.stream;
    }
    if (run.piece.stages.size() == 1) continue;
    part_ways(run, stage, rows, stopped, team);
    stopped += static_cast<int64_t>(stage.stopping.size());
  }
  if (run.piece.stages.size() == 1) return rows;
  team.sync();
  run.ops.gather_rows_forward({run.work.selected, run.work.stopped, run.piece.order.data()}, team.part);
  team.sync();
  return run.work.selected;
}

template Matrix<float> encode(const Run<float>&, const Team&);
template Matrix<double> encode(const Run<double>&, const Team&);

}  // namespace albert
