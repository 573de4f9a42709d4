#include "model/parameters.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/half.h"

namespace albert {
namespace {

std::string attention_prefix(const Config& c, int64_t set) {
  if (c.split_names) return "encoder.attention_groups." + std::to_string(set) + ".";
  return "encoder.albert_layer_groups." + std::to_string(set / c.inner_groups) + ".albert_layers." +
         std::to_string(set % c.inner_groups) + ".attention.";
}

std::string ffn_prefix(const Config& c, int64_t set) {
  if (c.split_names) return "encoder.ffn_groups." + std::to_string(set) + ".";
  return "encoder.albert_layer_groups." + std::to_string(set / c.inner_groups) + ".albert_layers." +
         std::to_string(set % c.inner_groups) + ".";
}

template <class T, class Stored>
void convert(T* target, const std::byte* bytes, int64_t count, T (*element)(Stored)) {
  for (int64_t i = 0; i < count; i++) {
    Stored stored;
    std::memcpy(&stored, bytes + i * static_cast<int64_t>(sizeof stored), sizeof stored);
    target[i] = element(stored);
  }
}

}  // namespace

template <class T>
int64_t Parameters<T>::Parameter::size() const {
  int64_t product = 1;
  for (int64_t extent : shape) product *= extent;
  return product;
}

template <class T>
Parameters<T>::Parameters(const Config& config, Packer packer) : config_(config), packer_(packer) {
  const Config& c = config_;
  weights_.attention.resize(static_cast<size_t>(c.attention_sets()));
  weights_.ffn.resize(static_cast<size_t>(c.ffn_sets()));
#define ONCE_TABLE(member, name, rows, columns, when) \
  if (when) add_table(weights_.member, name, rows, columns);
#define ONCE_NORM(member, name, width, when) \
  if (when) add_norm(weights_.member, name, width);
#define ONCE_LINEAR(member, name, outputs, inputs, first, when) \
  if (when) add_linear(weights_.member, name, outputs, inputs, first, true);
#define ONCE_MATRIX(member, name, outputs, inputs, first, when) \
  if (when) add_linear(weights_.member, name, outputs, inputs, first, false);
#define ONCE_VECTOR(member, name, width, when) \
  if (when) weights_.member = add(name, {width}).plain;
#define ATTENTION_LINEAR(member, name, outputs, inputs, first, when)                                                  \
  for (int64_t set = 0; (when) && set < c.attention_sets(); set++) {                                                  \
    add_linear(weights_.attention[static_cast<size_t>(set)].member, attention_prefix(c, set) + name, outputs, inputs, \
               first, true);                                                                                          \
  }
#define ATTENTION_NORM(member, name, width, when)                                                          \
  for (int64_t set = 0; (when) && set < c.attention_sets(); set++) {                                       \
    add_norm(weights_.attention[static_cast<size_t>(set)].member, attention_prefix(c, set) + name, width); \
  }
#define FFN_LINEAR(member, name, outputs, inputs, first, when)                                                   \
  for (int64_t set = 0; (when) && set < c.ffn_sets(); set++) {                                                   \
    add_linear(weights_.ffn[static_cast<size_t>(set)].member, ffn_prefix(c, set) + name, outputs, inputs, first, \
               true);                                                                                            \
  }
#define FFN_NORM(member, name, width, when)                                                    \
  for (int64_t set = 0; (when) && set < c.ffn_sets(); set++) {                                 \
    add_norm(weights_.ffn[static_cast<size_t>(set)].member, ffn_prefix(c, set) + name, width); \
  }
#include "model/parameters.def"
}

template <class T>
typename Parameters<T>::Parameter& Parameters<T>::add(std::string name, std::vector<int64_t> shape) {
  Parameter& p = list_.emplace_back();
  p.name = std::move(name);
  p.shape = std::move(shape);
  p.memory = Arena(Arena::bytes_for<T>(p.size()));
  p.plain = p.memory.template take<T>(p.size());
  std::fill_n(p.plain, p.size(), T(0));
  by_name_[p.name] = &p;
  return p;
}

template <class T>
void Parameters<T>::add_table(Matrix<const T>& member, const std::string& name, int64_t rows, int64_t cols) {
  member = {add(name + ".weight", {rows, cols}).plain, rows, cols};
}

template <class T>
void Parameters<T>::add_norm(NormWeights<T>& member, const std::string& name, int64_t width) {
  member.gain = add(name + ".weight", {width}).plain;
  member.bias = add(name + ".bias", {width}).plain;
}

template <class T>
void Parameters<T>::add_linear(PackedWeight<T>& member, const std::string& name, int64_t outputs, int64_t inputs,
                               int64_t first, bool has_bias) {
  member.outputs = std::max(member.outputs, first + outputs);
  member.inputs = inputs;
  member.panel = packer_.panel;
  member.packer = packer_.name;
  Parameter& weight = add(name + ".weight", {outputs, inputs});
  weight.packed = &member;
  weight.first_output = first;
  if (!has_bias) return;
  Parameter& bias = add(name + ".bias", {outputs});
  bias.packed = &member;
  bias.first_output = first;
  bias.is_bias = true;
}

template <class T>
typename Parameters<T>::Parameter& Parameters<T>::find(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) throw Error("INTERNAL", "The model has no parameter named " + name + ".");
  return *found->second;
}

template <class T>
void Parameters<T>::write(const std::string& name, int64_t offset, const std::byte* bytes, int64_t count,
                          StoredType type) {
  Parameter& p = find(name);
  if (sealed_) throw Error("INTERNAL", "The model is sealed; " + name + " can no longer be written.");
  if (offset < 0 || count > p.size() - offset) throw Error("INTERNAL", "A write runs past the end of " + name + ".");
  T* target = p.plain + offset;
  switch (type) {
    case StoredType::f64:
      return convert<T, double>(target, bytes, count, [](double x) { return static_cast<T>(x); });
    case StoredType::f32:
      return convert<T, float>(target, bytes, count, [](float x) { return static_cast<T>(x); });
    case StoredType::f16:
      return convert<T, uint16_t>(target, bytes, count, [](uint16_t x) { return static_cast<T>(from_f16(x)); });
    case StoredType::bf16:
      return convert<T, uint16_t>(target, bytes, count, [](uint16_t x) { return static_cast<T>(from_bf16(x)); });
  }
}

template <class T>
void Parameters<T>::read(const std::string& name, int64_t offset, T* target, int64_t count) const {
  const Parameter& p = const_cast<Parameters*>(this)->find(name);
  if (offset < 0 || count > p.size() - offset) throw Error("INTERNAL", "A read runs past the end of " + name + ".");
  if (p.plain != nullptr) {
    std::copy_n(p.plain + offset, count, target);
    return;
  }
  if (p.is_bias) {
    std::copy_n(p.packed->bias + p.first_output + offset, count, target);
    return;
  }
  const int64_t width = p.shape[1];
  for (int64_t i = 0; i < count; i++) {
    const int64_t row = (offset + i) / width;
    target[i] = reference::packed_column(*p.packed, p.first_output + row)[(offset + i) % width * p.packed->panel];
  }
}

template <class T>
std::vector<PackedWeight<T>*> Parameters<T>::packed_weights() {
  std::vector<PackedWeight<T>*> all;
  for (const Parameter& p : list_) {
    if (p.packed != nullptr && !p.is_bias && p.first_output == 0) all.push_back(p.packed);
  }
  if (config_.has_decoder()) all.push_back(&weights_.decoder);
  return all;
}

template <class T>
void Parameters<T>::seal(const Ops<T>& ops, ThreadPool& pool, int threads) {
  if (sealed_) return;
  if (config_.has_decoder()) {
    weights_.decoder.outputs = config_.vocab_size;
    weights_.decoder.inputs = config_.embedding_size;
    weights_.decoder.panel = packer_.panel;
    weights_.decoder.packer = packer_.name;
  }
  const std::vector<PackedWeight<T>*> all = packed_weights();
  int64_t bytes = 0;
  for (const PackedWeight<T>* w : all) {
    bytes += Arena::bytes_for<T>(w->data_size()) + Arena::bytes_for<T>(w->bias_size());
  }
  packed_memory_ = Arena(bytes);
  for (PackedWeight<T>* w : all) {
    w->data = packed_memory_.take<T>(w->data_size());
    w->bias = packed_memory_.take<T>(w->bias_size());
    std::fill_n(w->data, w->data_size(), T(0));
    std::fill_n(w->bias, w->bias_size(), T(0));
  }
  const auto pack = [&](const LinearPack<T>& job) {
    pool.run(threads, [&](const Team& team) { ops.linear_pack(job, team.part); });
  };
  if (config_.has_decoder()) pack({weights_.decoder, weights_.word, weights_.decoder_bias, 0});
  for (size_t i = 0; i < list_.size(); i++) {
    Parameter& p = list_[i];
    if (p.packed == nullptr || p.is_bias) continue;
    Parameter* bias = i + 1 < list_.size() && list_[i + 1].is_bias ? &list_[i + 1] : nullptr;  // add_linear's order
    pack({*p.packed, {p.plain, p.shape[0], p.shape[1]}, bias == nullptr ? nullptr : bias->plain, p.first_output});
    p.drop_plain();
    if (bias != nullptr) bias->drop_plain();
  }
  sealed_ = true;
}

template <class T>
int64_t Parameters<T>::plain_bytes() const {
  int64_t bytes = 0;
  for (const Parameter& p : list_) {
    if (p.plain != nullptr) bytes += p.size() * static_cast<int64_t>(sizeof(T));
  }
  return bytes;
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace albert
