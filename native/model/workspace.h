// The activations of one piece, laid out in an arena before the first kernel runs. Sizes and addresses come from the
// same function, run once to measure and once to take.
#pragma once

#include <algorithm>
#include <iterator>

#include "base/arena.h"
#include "model/piece.h"
#include "model/precision.h"
#include "ops/table.h"

namespace albert {

template <class T>
struct Workspace {
  // What a product reads stands in `..._in`, in the format of its weight; the same memory where that is plain.
  Matrix<T> embedding;  // [T,E]
  Operand<T> embedding_in;
  Matrix<T> hidden;  // [T,H] the residual stream
  Operand<T> hidden_in;
  Operand<T> value_in;   // the same for the product of values, where that has a format of its own; else unset
  Operand<T> key_value;  // [T,2H]
  Operand<T> query;      // [T,H], as the next five; the last block uses only the selected rows
  Operand<T> context;
  Operand<T> context_in;
  Matrix<T> sum;
  Matrix<T> normed;
  Operand<T> normed_in;
  Operand<T> inner;  // [T,I]
  Matrix<T> chosen;  // the rows that the last block of a stage computes, where these are not all
  Operand<T> chosen_in;
  Matrix<T> stopped;   // [S,H] selected rows of all stages, one stage after another
  Matrix<T> selected;  // [S,H] the same in the order of the piece; both empty with one stage
  Matrix<T> asked;     // [R,H] rows that the head reads
  Matrix<T> first;     // [n,H] first rows, and what the pooler makes of them
  Matrix<T> pooled;
  Matrix<T> prediction;      // [R,E]
  Matrix<T> pair;            // [longest,2H] squad2: token beside start
  Matrix<T> end_hidden;      // [longest,H]
  Matrix<T> log_probs;       // [1,longest]
  int64_t* order = nullptr;  // [longest] squad2: tokens, best first
  std::byte* attention_scratch = nullptr;
  int64_t attention_scratch_bytes = 0;  // per thread

  Workspace(Arena& arena, const Ops<T>& ops, const Config& config, const Formats& formats, const Piece& piece,
            int threads) {
    lay_out(arena, ops, config, formats, piece, threads);
  }
  static int64_t bytes(const Ops<T>& ops, const Config& config, const Formats& formats, const Piece& piece,
                       int threads) {
    Measure measure;
    Workspace().lay_out(measure, ops, config, formats, piece, threads);
    return measure.bytes;
  }

 private:
  Workspace() = default;

  // Stands in for an arena and only counts.
  struct Measure {
    int64_t bytes = 0;
    template <class U>
    U* take(int64_t count) {
      bytes += Arena::bytes_for<U>(count);
      return nullptr;
    }
    template <class U>
    Matrix<U> matrix(int64_t rows, int64_t cols) {
      bytes += Arena::matrix_bytes<U>(rows, cols);
      return {};
    }
  };

  template <class Memory>
  static Operand<T> rows_in(Memory& memory, const Ops<T>& ops, Format format, int64_t rows, int64_t cols) {
    if (format == Format::plain) return memory.template matrix<T>(rows, cols);
    if (format == Format::bf16) return memory.template matrix<Bf16>(rows, cols);
    return Int8Rows{memory.template matrix<uint8_t>(rows, cols), memory.template matrix<float>(rows, groups_of(cols)),
                    ops.int8_packer.offset};
  }
  // `rows` themselves if `format` is theirs.
  template <class Memory>
  static Operand<T> converted(Memory& memory, const Ops<T>& ops, Format format, const Operand<T>& rows, int64_t count,
                              int64_t cols) {
    return format == rows.format ? rows : rows_in(memory, ops, format, count, cols);
  }

  template <class Memory>
  void lay_out(Memory& memory, const Ops<T>& ops, const Config& c, const Formats& f, const Piece& piece, int threads) {
    const int64_t tokens = piece.tokens();
    const int64_t finished = static_cast<int64_t>(piece.order.size());
    int64_t most_chosen = 0;
    for (const Stage& stage : piece.stages) {
      if (!stage.computes_all() || !stage.is_last())
        most_chosen = std::max<int64_t>(most_chosen, std::ssize(stage.rows));
    }
    const int64_t rows = static_cast<int64_t>(piece.asked.size());
    embedding = memory.template matrix<T>(tokens, c.embedding_size);
    embedding_in = converted(memory, ops, f.mapping, embedding, tokens, c.embedding_size);
    hidden = memory.template matrix<T>(tokens, c.hidden_size);
    hidden_in = converted(memory, ops, f.product, hidden, tokens, c.hidden_size);
    if (f.value != f.product) value_in = rows_in(memory, ops, f.value, tokens, c.hidden_size);
    key_value = rows_in(memory, ops, f.attention, tokens, 2 * c.hidden_size);
    query = rows_in(memory, ops, f.attention, tokens, c.hidden_size);
    // Attention writes what the next product reads, or float32 where that wants more than one head for a scale.
    const Format written = f.product == Format::int8 ? Format::plain : f.product;
    context = rows_in(memory, ops, written, tokens, c.hidden_size);
    context_in = converted(memory, ops, f.product, context, tokens, c.hidden_size);
    sum = memory.template matrix<T>(tokens, c.hidden_size);
    normed = memory.template matrix<T>(tokens, c.hidden_size);
    normed_in = converted(memory, ops, f.product, normed, tokens, c.hidden_size);
    inner = rows_in(memory, ops, f.ffn_output, tokens, c.intermediate_size);
    chosen = memory.template matrix<T>(most_chosen, c.hidden_size);
    chosen_in = converted(memory, ops, f.product, chosen, most_chosen, c.hidden_size);
    stopped = memory.template matrix<T>(finished, c.hidden_size);
    selected = memory.template matrix<T>(finished, c.hidden_size);
    asked = memory.template matrix<T>(rows, c.hidden_size);
    first = memory.template matrix<T>(piece.size(), c.hidden_size);
    pooled = memory.template matrix<T>(piece.size(), c.hidden_size);
    prediction = memory.template matrix<T>(c.has_decoder() ? rows : 0, c.embedding_size);
    const int64_t longest = c.head == Head::squad2 ? piece.longest : 0;
    pair = memory.template matrix<T>(longest, 2 * c.hidden_size);
    end_hidden = memory.template matrix<T>(longest, c.hidden_size);
    log_probs = memory.template matrix<T>(1, longest);
    order = memory.template take<int64_t>(longest);
    attention_scratch_bytes = Arena::bytes_for<std::byte>(
        (f.attention == Format::plain ? ops.attention_scratch_bytes
                                      : ops.attention_bf16_scratch_bytes)({piece.longest, c.hidden_size / c.heads}));
    attention_scratch = memory.template take<std::byte>(attention_scratch_bytes * threads);
  }
};

}  // namespace albert
