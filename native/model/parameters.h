// The weights of a model: written from a checkpoint by name, then sealed, that is packed once for the kernels.
// After sealing every matrix exists once in memory, packed; `read` unpacks it again, exactly.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/thread_pool.h"
#include "model/config.h"
#include "ops/table.h"

namespace albert {

template <class T>
struct NormWeights {
  const T* gain = nullptr;
  const T* bias = nullptr;
};

template <class T>
struct AttentionWeights {
  PackedWeight<T> query;      // [H,H]
  PackedWeight<T> key_value;  // [2H,H]: keys, then values
  PackedWeight<T> dense;      // [H,H]
  NormWeights<T> norm;
};

template <class T>
struct FfnWeights {
  PackedWeight<T> ffn;         // [I,H]
  PackedWeight<T> ffn_output;  // [H,I]
  NormWeights<T> norm;
};

// What the encoder and the heads read; members that the model lacks are empty.
template <class T>
struct Weights {
  Matrix<const T> word;      // [V,E]
  Matrix<const T> position;  // [P,E]
  Matrix<const T> type;
  NormWeights<T> embedding_norm;
  PackedWeight<T> mapping;  // [H,E]
  std::vector<AttentionWeights<T>> attention;
  std::vector<FfnWeights<T>> ffn;
  PackedWeight<T> pooler;
  PackedWeight<T> prediction;  // [E,H]
  NormWeights<T> prediction_norm;
  const T* decoder_bias = nullptr;
  PackedWeight<T> decoder;  // [V,E]: the word table once more, packed, with decoder_bias
  PackedWeight<T> classifier;
  PackedWeight<T> end_hidden;  // [H,2H]
  NormWeights<T> end_norm;
  PackedWeight<T> end_output;
  PackedWeight<T> answer_hidden;  // [H,2H]
  PackedWeight<T> answer_output;
};

enum class StoredType { f64, f32, f16, bf16 };

template <class T>
class Parameters {
 public:
  struct Parameter {
    std::string name;
    std::vector<int64_t> shape;
    Arena memory;
    T* plain = nullptr;                 // in memory; null once packed
    PackedWeight<T>* packed = nullptr;  // where a weight or its bias goes, if it is packed
    int64_t first_output = 0;
    bool is_bias = false;

    int64_t size() const;
    void drop_plain() {
      plain = nullptr;
      memory = Arena();
    }
  };

  Parameters(const Config& config, Packer packer);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  const std::deque<Parameter>& list() const { return list_; }
  // Elements [offset, offset + count) from bytes as they lie on disk (little-endian).
  void write(const std::string& name, int64_t offset, const std::byte* bytes, int64_t count, StoredType type);
  void read(const std::string& name, int64_t offset, T* target, int64_t count) const;
  void seal(const Ops<T>& ops, ThreadPool& pool, int threads);
  bool sealed() const { return sealed_; }

  const Weights<T>& weights() const { return weights_; }
  int64_t plain_bytes() const;
  int64_t packed_bytes() const { return packed_memory_.size_bytes(); }

 private:
  Parameter& add(std::string name, std::vector<int64_t> shape);
  void add_table(Matrix<const T>& member, const std::string& name, int64_t rows, int64_t cols);
  void add_norm(NormWeights<T>& member, const std::string& name, int64_t width);
  void add_linear(PackedWeight<T>& member, const std::string& name, int64_t outputs, int64_t inputs, int64_t first,
                  bool has_bias);
  Parameter& find(const std::string& name);
  std::vector<PackedWeight<T>*> packed_weights();

  const Config config_;
  const Packer packer_;
  std::deque<Parameter> list_;  // addresses stay
  std::unordered_map<std::string, Parameter*> by_name_;
  Weights<T> weights_;
  Arena packed_memory_;
  bool sealed_ = false;
};

}  // namespace albert
