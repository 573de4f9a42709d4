// The sizes of a model, as checked in lib/config.ts. Letters in comments: V vocabulary, E embedding, H hidden,
// I intermediate, L layers, C labels. Leaves out everything that is not arithmetic (names of labels, dropout rates).
#pragma once

#include <cstdint>
#include <vector>

#include "ops/activation.h"

namespace albert {

enum class Head {
  none,
  masked_lm,
  pretraining,
  sequence_classification,
  token_classification,
  question_answering,
  multiple_choice,
  squad2
};

struct Config {
  int64_t vocab_size = 0;
  int64_t embedding_size = 0;
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t heads = 0;
  int64_t positions = 0;
  int64_t types = 0;
  int64_t inner_groups = 1;
  std::vector<int32_t> attention_map;  // [L] parameter set of each layer
  std::vector<int32_t> ffn_map;        // [L]
  bool split_names = false;            // sets are named as two families, not as ALBERT's groups
  Activation activation = Activation::gelu_new;
  double layer_norm_eps = 1e-12;
  bool projection = true;
  Head head = Head::none;
  int64_t labels = 2;

  int64_t layers() const { return static_cast<int64_t>(attention_map.size()); }
  int64_t blocks() const { return layers() * inner_groups; }
  int64_t attention_set(int64_t block) const { return set(attention_map, block); }
  int64_t ffn_set(int64_t block) const { return set(ffn_map, block); }
  // Parameter sets of a family; a set is one inner block of one group.
  int64_t attention_sets() const { return sets(attention_map); }
  int64_t ffn_sets() const { return sets(ffn_map); }
  bool has_pooler() const {
    return head == Head::none || head == Head::pretraining || head == Head::sequence_classification ||
           head == Head::multiple_choice;
  }
  bool has_decoder() const { return head == Head::masked_lm || head == Head::pretraining; }

 private:
  int64_t set(const std::vector<int32_t>& map, int64_t block) const {
    return map[static_cast<size_t>(block / inner_groups)] * inner_groups + block % inner_groups;
  }
  int64_t sets(const std::vector<int32_t>& map) const {
    int32_t last = 0;
    for (int32_t group : map) last = group > last ? group : last;
    return (last + 1) * inner_groups;
  }
};

}  // namespace albert
