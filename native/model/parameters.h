// The weights of a model: written from a checkpoint by name, then sealed, that is packed once for the kernels.
// After sealing every matrix exists once in memory, packed; `read` unpacks it again, exactly (rounded where the
// precision of the model rounds).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/thread_pool.h"
#include "model/equalise.h"
#include "model/precision.h"
#include "ops/table.h"

namespace albert {

template <class T>
struct NormWeights {
  const T* gain = nullptr;
  const T* bias = nullptr;
};

template <class T>
struct AttentionWeights {
  const float* factors = nullptr;  // [H] int8: of the inputs of query, key and value; room for whole vectors of 16
  PackedWeight<T> query;           // [H,H], as the next three
  PackedWeight<T> key;
  PackedWeight<T> value;
  PackedWeight<T> dense;
  NormWeights<T> norm;
};

template <class T>
struct FfnWeights {
  const float* factors = nullptr;  // [H] int8: of the inputs of ffn; likewise
  PackedWeight<T> ffn;             // [I,H]
  PackedWeight<T> ffn_output;      // [H,I]
  NormWeights<T> norm;
};

// What the encoder and the heads read; members that the model lacks are empty.
template <class T>
struct Weights {
  Operand<T> word;      // [V,E]
  Operand<T> position;  // [P,E]
  Operand<T> type;
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

enum class StoredType { f64, f32, f16, bf16, i8 };

template <class T>
class Parameters {
 public:
  struct Parameter {
    std::string name;
    std::vector<int64_t> shape;
    Format format = Format::plain;  // that its numbers are rounded to
    Arena memory;
    T* plain = nullptr;                 // in memory; null once packed
    Operand<T>* table = nullptr;        // where it goes, if it is a table
    PackedWeight<T>* packed = nullptr;  // where a weight or its bias goes, if it is packed
    int64_t first_output = 0;
    bool is_bias = false;
    // int8, as given with the weights or chosen when they are sealed: one scale a row; what the inputs are divided by,
    // none or one a column.
    std::vector<float> scales;
    std::vector<float> divisors;

    int64_t size() const;
    bool is_matrix() const { return shape.size() == 2; }
    void drop_plain() {
      plain = nullptr;
      memory = Arena();
    }
  };

  Parameters(const Config& config, const Formats& formats, const Ops<T>& ops);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  const std::deque<Parameter>& list() const { return list_; }
  // Elements [offset, offset + count) from bytes as they lie on disk (little-endian). Those of type i8 are multiplied
  // by the scales of their rows, which are written before as `<name>_scale`.
  void write(const std::string& name, int64_t offset, const std::byte* bytes, int64_t count, StoredType type);
  void read(const std::string& name, int64_t offset, T* target, int64_t count) const;
  // Rows of a matrix that is kept in int8; false for any other.
  struct Quantized {
    std::vector<int8_t> values;
    std::vector<float> scales;
    std::vector<float> divisors;  // empty: none
  };
  bool quantized(const std::string& name, Quantized& rows) const;
  // Whether a matrix that will be int8 was not written as such.
  bool lacks_scales() const;
  // Every parameter that both have, as it was written.
  void copy_from(const Parameters& other);
  // seen: inputs of int8 products that lack scales.
  void seal(ThreadPool& pool, int threads, const SeenInputs& seen);
  bool sealed() const { return sealed_; }

  const Weights<T>& weights() const { return weights_; }
  int64_t plain_bytes() const;
  int64_t packed_bytes() const { return packed_memory_.size_bytes(); }

 private:
  Parameter& add(std::string name, std::vector<int64_t> shape);
  void add_table(Operand<T>& member, const std::string& name, int64_t rows, int64_t cols, Format format);
  void add_norm(NormWeights<T>& member, const std::string& name, int64_t width);
  Parameter& add_linear(PackedWeight<T>& member, const std::string& name, int64_t outputs, int64_t inputs,
                        int64_t first, Format format, bool has_bias);
  void add_head(PackedWeight<T>& member, const std::string& name, int64_t outputs, int64_t inputs, Format format,
                bool has_bias);
  Parameter& find(const std::string& name);
  const Parameter& find(const std::string& name) const;
  void set_format(PackedWeight<T>& w, Format format) const;
  const float* equalise(const std::vector<PackedWeight<T>*>& readers, const std::vector<float>& bounds);
  std::vector<PackedWeight<T>*> packed_weights();
  void take_packed_memory();
  void round(Parameter& p, const std::vector<float>& means, Parameter* bias);
  void seal_table(Parameter& p);
  void pack_decoder(ThreadPool& pool, int threads);
  void pack(const Parameter& p, const Parameter* bias, ThreadPool& pool, int threads);

  const Config config_;
  const Ops<T> ops_;
  std::deque<Parameter> list_;  // addresses stay
  std::unordered_map<std::string, Parameter*> by_name_;
  Weights<T> weights_;
  Arena packed_memory_;
  std::deque<std::vector<float>> factors_;
  bool sealed_ = false;
};

}  // namespace albert
