#include "model/check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "ops/cross_entropy.h"

namespace albert {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error("INVALID_INPUT", message); }

void check_size(const char* name, size_t size, int64_t expected) {
  if (static_cast<int64_t>(size) != expected) {
    refuse(std::string(name) + " has " + std::to_string(size) + " elements; " + std::to_string(expected) +
           " are needed.");
  }
}

void check_values(const char* name, const std::vector<int32_t>& values, int64_t limit, int32_t also_allowed = 0) {
  for (size_t i = 0; i < values.size(); i++) {
    const int32_t value = values[i];
    if ((value < 0 || value >= limit) && value != also_allowed) {
      refuse(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(value) + "; it must be from 0 to " +
             std::to_string(limit - 1) + ".");
    }
  }
}

// starts: from 0, strictly rising, to the number of tokens. rows: strictly rising, below the number of tokens.
template <class T>
void check_layout(const Request<T>& r) {
  const int64_t tokens = r.tokens();
  if (r.starts.size() < 2 || r.starts.front() != 0 || r.starts.back() != tokens ||
      std::adjacent_find(r.starts.begin(), r.starts.end(), std::greater_equal<>()) != r.starts.end()) {
    refuse("starts must rise strictly from 0 to the number of tokens, " + std::to_string(tokens) + ".");
  }
  if (r.all_rows) return;
  check_values("rows", r.rows, tokens, -1);
  if (std::adjacent_find(r.rows.begin(), r.rows.end(), std::greater_equal<>()) != r.rows.end() ||
      (!r.rows.empty() && r.rows.front() < 0)) {
    refuse("rows must rise strictly from 0 or more.");
  }
}

template <class T>
void check_answer_positions(const char* name, const std::vector<int32_t>& positions, const Request<T>& r) {
  check_size(name, positions.size(), r.sequences());
  for (size_t n = 0; n < positions.size(); n++) {
    if (positions[n] < -1 || positions[n] >= r.starts[n + 1] - r.starts[n]) {
      refuse(std::string(name) + "[" + std::to_string(n) + "] is " + std::to_string(positions[n]) +
             ", outside its sequence of " + std::to_string(r.starts[n + 1] - r.starts[n]) + " tokens.");
    }
  }
}

template <class T>
void check_labels(const Config& c, const Request<T>& r) {
  const int64_t n = r.sequences();
  switch (c.head) {
    case Head::none:
      refuse("labels were given, but this model has no head.");
    case Head::masked_lm:
    case Head::pretraining:
    case Head::token_classification:
      check_size("labels", r.labels.size(), r.row_count());
      check_values("labels", r.labels, c.has_decoder() ? c.vocab_size : c.labels, kIgnoredLabel);
      if (c.head == Head::pretraining) {
        check_size("sentence_order_label", r.sentence_order_labels.size(), n);
        check_values("sentence_order_label", r.sentence_order_labels, c.labels, kIgnoredLabel);
      }
      return;
    case Head::sequence_classification:
      if (r.problem == Problem::single_label) {
        check_size("labels", r.labels.size(), n);
        check_values("labels", r.labels, c.labels, kIgnoredLabel);
      } else {
        check_size("labels", r.real_labels.size(), n * c.labels);
      }
      return;
    case Head::multiple_choice:
      if (r.choices < 1 || n % r.choices != 0) {
        refuse(std::to_string(n) + " texts are no multiple of " + std::to_string(r.choices) + " choices.");
      }
      check_size("labels", r.labels.size(), n / r.choices);
      check_values("labels", r.labels, r.choices, kIgnoredLabel);
      return;
    case Head::question_answering:
      if (!r.all_rows) refuse("A loss of question answering needs the logits of all rows.");
      check_answer_positions("start_positions", r.start_positions, r);
      check_answer_positions("end_positions", r.end_positions, r);
      return;
    case Head::squad2:
      check_answer_positions("start_positions", r.start_positions, r);
      check_answer_positions("end_positions", r.end_positions, r);
      check_size("is_impossible", r.impossible.size(), n);
      return;
  }
}

template <class T>
void check_multipliers(const Config& c, const Request<T>& r) {
  int64_t pairs = 0;
  for (size_t n = 0; n + 1 < r.starts.size(); n++) {
    const int64_t keys = r.starts[n + 1] - r.starts[n];
    pairs += c.heads * keys * keys;
  }
  for (const auto& [place, values] : r.multipliers) {
    const bool of_pairs = place.starts_with("attention_probs.");
    const int64_t width = place == "embeddings" ? c.embedding_size : c.hidden_size;
    check_size(place.c_str(), values.size(), of_pairs ? pairs : r.tokens() * width);
  }
}

// Only what is the same at any depth can be asked for together with depths.
template <class T>
void check_layers(const Config& c, const Request<T>& r) {
  check_size("layers", r.layers.size(), r.sequences());
  for (size_t n = 0; n < r.layers.size(); n++) {
    if (r.layers[n] < 1 || r.layers[n] > c.layers()) {
      refuse("layers[" + std::to_string(n) + "] is " + std::to_string(r.layers[n]) + "; it must be from 1 to " +
             std::to_string(c.layers()) + ".");
    }
  }
  if (r.wants("hidden_states") || r.wants("attentions") || !r.multipliers.empty()) {
    refuse("layers stops some texts early; hidden_states, attentions and dropout multipliers need all layers of all.");
  }
}

// The text that element `index` of an output belongs to, or -1 where that is not told by its place.
template <class T>
int64_t text_of(const Config& c, const Request<T>& r, const typename Result<T>::Output& output, int64_t index) {
  const int64_t n = r.sequences();
  const int64_t width = output.dims.empty() ? 1 : output.dims.back();
  int64_t token = -1;
  if (output.name == "hidden_states") {
    token = index / width % r.tokens();
  } else if (output.name == "start_log_probs" || output.name == "end_log_probs") {
    token = index;
  } else if (output.name.starts_with("attentions")) {
    return -1;
  } else if (output.name == "last_hidden_state" || output.name == "prediction_logits" ||
             (output.name == "logits" && c.head != Head::sequence_classification && c.head != Head::multiple_choice)) {
    token = r.row(index / width);
  } else {
    return output.name == "cls_logits" ? index : std::min(index / width, n - 1);
  }
  return std::upper_bound(r.starts.begin(), r.starts.end(), token) - r.starts.begin() - 1;
}

// Sixteen sums, so that the compiler may use vectors.
template <class T>
T zero_times_sum(const T* data, int64_t size) {
  T sums[16] = {};
  int64_t i = 0;
  for (; i + 16 <= size; i += 16) {
    for (int64_t lane = 0; lane < 16; lane++) sums[lane] += data[i + lane] * T(0);
  }
  for (; i < size; i++) sums[0] += data[i] * T(0);
  return std::accumulate(sums, sums + 16, T(0));
}

}  // namespace

template <class T>
void check_request(const Config& c, const Request<T>& r) {
  const int64_t tokens = r.tokens();
  check_layout(r);
  if (r.embeds.empty()) {
    check_size("input_ids", r.ids.size(), tokens);
    check_values("input_ids", r.ids, c.vocab_size);
  } else {
    check_size("inputs_embeds", r.embeds.size(), tokens * c.embedding_size);
  }
  check_values("token_type_ids", r.types, c.types);
  check_size("position_ids", r.positions.size(), tokens);
  check_values("position_ids", r.positions, c.positions);
  if (!r.visible.empty()) check_size("visible", r.visible.size(), tokens);
  if (!r.layers.empty()) check_layers(c, r);
  if (!r.excluded.empty()) check_size("p_mask", r.excluded.size(), tokens);
  if (!r.start_positions.empty()) check_answer_positions("start_positions", r.start_positions, r);
  if (c.head == Head::squad2 &&
      (r.start_top < 1 || r.end_top < 1 || r.start_top > c.positions || r.end_top > c.positions)) {
    refuse("start_n_top and end_n_top must be from 1 to the number of positions.");
  }
  if (c.head == Head::squad2 && r.wants("end_log_probs") && r.start_positions.empty()) {
    refuse("end_log_probs depends on a start; give start_positions.");
  }
  if (r.has_labels) check_labels(c, r);
  check_multipliers(c, r);
}

template <class T>
void check_finite(const Config& c, const Request<T>& r, const Result<T>& result) {
  for (const auto& output : result.outputs()) {
    // Zero times a finite number is zero, so one sum tells whether anything is wrong; only then the place is sought.
    if (zero_times_sum(output.data, output.size) == T(0)) continue;
    const T* bad = std::find_if(output.data, output.data + output.size, [](T x) { return !std::isfinite(x); });
    const int64_t text = text_of(c, r, output, bad - output.data);
    throw Error("NUMERIC", "The answer `" + output.name + "`" + (text < 0 ? "" : " of text " + std::to_string(text)) +
                               " holds NaN or infinity; look for such numbers, or very large ones, in the weights.");
  }
}

template void check_request(const Config&, const Request<float>&);
template void check_request(const Config&, const Request<double>&);
template void check_finite(const Config&, const Request<float>&, const Result<float>&);
template void check_finite(const Config&, const Request<double>&, const Result<double>&);

}  // namespace albert
