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

// What belongs to a matrix beside its numbers.
void write_floats(std::vector<float>& target, const std::string& name, int64_t size, int64_t offset,
                  const std::byte* bytes, int64_t count, StoredType type) {
  if (offset < 0 || count > size - offset) throw Error("INTERNAL", "A write runs past the end of " + name + ".");
  if (type != StoredType::f32) throw Error("INTERNAL", name + " must be float32.");
  target.resize(static_cast<size_t>(size));
  std::memcpy(target.data() + offset, bytes, static_cast<size_t>(count) * sizeof(float));
}

}  // namespace

template <class T>
int64_t Parameters<T>::Parameter::size() const {
  int64_t product = 1;
  for (int64_t extent : shape) product *= extent;
  return product;
}

template <class T>
Parameters<T>::Parameters(const Config& config, const Formats& formats, const Ops<T>& ops)
    : config_(config), ops_(ops) {
  const Config& c = config_;
  const Formats& f = formats;
  weights_.attention.resize(static_cast<size_t>(c.attention_sets()));
  weights_.ffn.resize(static_cast<size_t>(c.ffn_sets()));
#define ONCE_TABLE(member, name, rows, columns, format, when) \
  if (when) add_table(weights_.member, name, rows, columns, format);
#define ONCE_NORM(member, name, width, when) \
  if (when) add_norm(weights_.member, name, width);
#define ONCE_LINEAR(member, name, outputs, inputs, first, format, when) \
  if (when) add_linear(weights_.member, name, outputs, inputs, first, format, true);
#define HEAD_LINEAR(member, name, outputs, inputs, first, format, when) \
  if (when) add_head(weights_.member, name, outputs, inputs, format, true);
#define HEAD_MATRIX(member, name, outputs, inputs, first, format, when) \
  if (when) add_head(weights_.member, name, outputs, inputs, format, false);
#define ONCE_VECTOR(member, name, width, when) \
  if (when) weights_.member = add(name, {width}).plain;
#define ATTENTION_LINEAR(member, name, outputs, inputs, first, format, when)                                          \
  for (int64_t set = 0; (when) && set < c.attention_sets(); set++) {                                                  \
    add_linear(weights_.attention[static_cast<size_t>(set)].member, attention_prefix(c, set) + name, outputs, inputs, \
               first, format, true);                                                                                  \
  }
#define ATTENTION_NORM(member, name, width, when)                                                          \
  for (int64_t set = 0; (when) && set < c.attention_sets(); set++) {                                       \
    add_norm(weights_.attention[static_cast<size_t>(set)].member, attention_prefix(c, set) + name, width); \
  }
#define FFN_LINEAR(member, name, outputs, inputs, first, format, when)                                           \
  for (int64_t set = 0; (when) && set < c.ffn_sets(); set++) {                                                   \
    add_linear(weights_.ffn[static_cast<size_t>(set)].member, ffn_prefix(c, set) + name, outputs, inputs, first, \
               format, true);                                                                                    \
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
void Parameters<T>::add_table(Operand<T>& member, const std::string& name, int64_t rows, int64_t cols, Format format) {
  Parameter& p = add(name + ".weight", {rows, cols});
  p.table = &member;
  p.format = format;
  member = Matrix<T>{p.plain, rows, cols};
}

template <class T>
void Parameters<T>::add_norm(NormWeights<T>& member, const std::string& name, int64_t width) {
  member.gain = add(name + ".weight", {width}).plain;
  member.bias = add(name + ".bias", {width}).plain;
}

template <class T>
typename Parameters<T>::Parameter& Parameters<T>::add_linear(PackedWeight<T>& member, const std::string& name,
                                                             int64_t outputs, int64_t inputs, int64_t first,
                                                             Format format, bool has_bias) {
  member.outputs = std::max(member.outputs, first + outputs);
  member.inputs = inputs;
  set_format(member, format);
  Parameter& weight = add(name + ".weight", {outputs, inputs});
  weight.format = format;
  weight.packed = &member;
  weight.first_output = first;
  if (has_bias) {
    Parameter& bias = add(name + ".bias", {outputs});
    bias.packed = &member;
    bias.first_output = first;
    bias.is_bias = true;
  }
  return weight;
}

template <class T>
void Parameters<T>::add_head(PackedWeight<T>& member, const std::string& name, int64_t outputs, int64_t inputs,
                             Format format, bool has_bias) {
  add_linear(member, name, outputs, inputs, 0, Format::plain, has_bias).format = format;
}

template <class T>
void Parameters<T>::set_format(PackedWeight<T>& w, Format format) const {
  const Packer& packer = format == Format::plain  ? ops_.packer
                         : format == Format::bf16 ? ops_.bf16_packer
                                                  : ops_.int8_packer;
  w.format = format;
  w.panel = packer.panel;
  w.packer = packer.name;
  w.offset = packer.offset;
}

template <class T>
typename Parameters<T>::Parameter& Parameters<T>::find(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) throw Error("INTERNAL", "The model has no parameter named " + name + ".");
  return *found->second;
}

template <class T>
const typename Parameters<T>::Parameter& Parameters<T>::find(const std::string& name) const {
  return const_cast<Parameters*>(this)->find(name);
}

template <class T>
void Parameters<T>::write(const std::string& name, int64_t offset, const std::byte* bytes, int64_t count,
                          StoredType type) {
  if (sealed_) throw Error("INTERNAL", "The model is sealed; " + name + " can no longer be written.");
  for (const bool of_rows : {true, false}) {
    const std::string_view ending = of_rows ? "_scale" : "_divisor";
    if (!name.ends_with(ending)) continue;
    Parameter& p = find(name.substr(0, name.size() - ending.size()));
    return write_floats(of_rows ? p.scales : p.divisors, name, p.is_matrix() ? p.shape[of_rows ? 0 : 1] : 0, offset,
                        bytes, count, type);
  }
  Parameter& p = find(name);
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
    case StoredType::i8:
      if (p.scales.empty()) throw Error("INTERNAL", "The scales of " + name + " must be written before its values.");
      for (int64_t i = 0; i < count; i++) {
        const float scale = p.scales[static_cast<size_t>((offset + i) / p.shape[1])];
        const float value = static_cast<float>(static_cast<int8_t>(bytes[i])) * scale;
        target[i] = static_cast<T>(
            p.divisors.empty() ? value : value / p.divisors[static_cast<size_t>((offset + i) % p.shape[1])]);
      }
  }
}

template <class T>
void Parameters<T>::read(const std::string& name, int64_t offset, T* target, int64_t count) const {
  const Parameter& p = find(name);
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
    const int64_t col = (offset + i) % width;
    target[i] = p.table != nullptr ? reference::element(*p.table, row, col)
                                   : reference::packed_element(*p.packed, p.first_output + row, col);
    if (!p.divisors.empty()) target[i] /= static_cast<T>(p.divisors[static_cast<size_t>(col)]);
  }
}

template <class T>
bool Parameters<T>::quantized(const std::string& name, Quantized& rows) const {
  const Parameter& p = find(name);
  if (p.format != Format::int8 || !sealed_) return false;
  const int64_t width = p.shape[1];
  rows.scales = p.scales;
  rows.divisors = p.divisors;
  rows.values.resize(static_cast<size_t>(p.size()));
  std::vector<T> row(static_cast<size_t>(width));
  const float* const divisors = p.divisors.empty() ? nullptr : p.divisors.data();
  for (int64_t n = 0; n < p.shape[0]; n++) {
    read(name, n * width, row.data(), width);
    const float over = reference::over_scale(rows.scales[static_cast<size_t>(n)]);
    for (int64_t k = 0; k < width; k++) {
      const float value = reference::multiplied(row.data(), divisors, k);
      rows.values[static_cast<size_t>(n * width + k)] = reference::to_int8(value, over);
    }
  }
  return true;
}

// Factors of the inputs of these products, of which some are int8, or null. Those written with scales keep their
// divisors; others get them from the bounds.
template <class T>
const float* Parameters<T>::equalise(const std::vector<PackedWeight<T>*>& readers, const std::vector<float>& bounds) {
  std::vector<Parameter*> matrices;
  std::vector<Matrix<const T>> views;
  for (Parameter& p : list_) {
    if (p.is_bias || p.format != Format::int8) continue;
    if (std::find(readers.begin(), readers.end(), p.packed) == readers.end()) continue;
    matrices.push_back(&p);
    views.push_back({p.plain, p.shape[0], p.shape[1]});
  }
  if (matrices.empty()) return nullptr;
  std::vector<float> divisors = matrices.front()->divisors;
  if (matrices.front()->scales.empty() && !bounds.empty()) divisors = divisors_of<T>(bounds, views);
  for (Parameter* p : matrices) {
    if (p->scales.empty()) p->divisors = divisors;
  }
  if (divisors.empty()) return nullptr;
  std::vector<float>& factors = factors_.emplace_back((divisors.size() + 15) / 16 * 16, 1.0f);
  for (size_t k = 0; k < divisors.size(); k++) factors[k] = 1 / divisors[k];
  return factors.data();
}

template <class T>
bool Parameters<T>::lacks_scales() const {
  return std::any_of(list_.begin(), list_.end(),
                     [](const Parameter& p) { return p.format == Format::int8 && p.scales.empty(); });
}

template <class T>
void Parameters<T>::copy_from(const Parameters& other) {
  for (Parameter& p : list_) {
    const auto found = other.by_name_.find(p.name);
    if (found != other.by_name_.end()) std::copy_n(found->second->plain, p.size(), p.plain);
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
void Parameters<T>::take_packed_memory() {
  const std::vector<PackedWeight<T>*> all = packed_weights();
  int64_t bytes = 0;
  for (PackedWeight<T>* w : all) bytes += w->each_array([](auto*, int64_t) {});
  packed_memory_ = Arena(bytes);
  for (PackedWeight<T>* w : all) {
    w->each_array([&]<class E>(E*& array, int64_t count) {
      array = packed_memory_.take<E>(count);
      std::fill_n(array, count, E(0));
    });
  }
}

// Matrices of int8 get the scales that they lack. Heads, which are multiplied in float32, are rounded to their format
// here. What rounding adds on average, given the means of the inputs, is taken from the bias (Nagel et al. 2019,
// Data-Free Quantization, arXiv 1906.04721, 4.2): where inputs have large means, that is most of it.
template <class T>
void Parameters<T>::round(Parameter& p, const std::vector<float>& means, Parameter* bias) {
  if (p.format == Format::plain) return;
  const int64_t width = p.shape[1];
  const bool given = !p.scales.empty();
  if (p.format == Format::int8 && !given) {
    const float* const divisors = p.divisors.empty() ? nullptr : p.divisors.data();
    for (int64_t n = 0; n < p.shape[0]; n++) {
      p.scales.push_back(reference::weight_scale(p.plain + n * width, divisors, width));
    }
  }
  if (p.packed == nullptr || p.packed->format != Format::plain) return;
  for (int64_t n = 0; n < p.shape[0]; n++) {
    const float scale = p.format == Format::int8 ? p.scales[static_cast<size_t>(n)] : 0;
    double added = 0;
    for (int64_t k = 0; k < width; k++) {
      T& w = p.plain[n * width + k];
      const float x = static_cast<float>(w);
      const float rounded = p.format == Format::bf16
                                ? from_bf16(to_bf16(x))
                                : static_cast<float>(reference::to_int8(x, reference::over_scale(scale))) * scale;
      if (!means.empty())
        added += static_cast<double>(rounded - x) * static_cast<double>(means[static_cast<size_t>(k)]);
      w = static_cast<T>(rounded);
    }
    if (!given && bias != nullptr) bias->plain[n] -= static_cast<T>(added);
  }
}

template <class T>
void Parameters<T>::seal_table(Parameter& p) {
  if (p.format == Format::plain) return;
  const int64_t rows = p.shape[0], width = p.shape[1];
  if (p.format == Format::bf16) {
    Arena memory(Arena::bytes_for<Bf16>(p.size()));
    const Matrix<Bf16> table(memory.take<Bf16>(p.size()), rows, width);
    for (int64_t i = 0; i < p.size(); i++) table.data[i] = to_bf16(static_cast<float>(p.plain[i]));
    *p.table = table;
    p.memory = std::move(memory);
  } else {
    const int64_t groups = groups_of(width);
    Arena memory(Arena::bytes_for<uint8_t>(p.size()) + Arena::bytes_for<float>(rows * groups));
    const Matrix<uint8_t> table(memory.take<uint8_t>(p.size()), rows, width);
    const Matrix<float> scales(memory.take<float>(rows * groups), rows, groups);
    for (int64_t n = 0; n < rows; n++) {
      const float scale = p.scales[static_cast<size_t>(n)];
      const float over = reference::over_scale(scale);
      std::fill_n(scales.row(n), groups, scale);
      for (int64_t k = 0; k < width; k++) {
        const int8_t q = reference::to_int8(static_cast<float>(p.plain[n * width + k]), over);
        table.row(n)[k] = static_cast<uint8_t>(q);
      }
    }
    *p.table = Int8Rows{table, scales, 0};
    p.memory = std::move(memory);
  }
  p.plain = nullptr;
}

template <class T>
void Parameters<T>::pack(const Parameter& p, const Parameter* bias, ThreadPool& pool, int threads) {
  const LinearPack<T> job = {*p.packed,
                             {p.plain, p.shape[0], p.shape[1]},
                             bias == nullptr ? nullptr : bias->plain,
                             p.first_output,
                             p.scales.empty() ? nullptr : p.scales.data(),
                             p.divisors.empty() ? nullptr : p.divisors.data()};
  const auto function = p.packed->format == Format::plain  ? ops_.linear_pack
                        : p.packed->format == Format::bf16 ? ops_.linear_bf16_pack
                                                           : ops_.linear_int8_pack;
  pool.run(threads, [&](const Team& team) { function(job, team.part); });
}

template <class T>
void Parameters<T>::seal(ThreadPool& pool, int threads, const SeenInputs& seen) {
  if (sealed_) return;
  if (config_.has_decoder()) {
    weights_.decoder.outputs = config_.vocab_size;
    weights_.decoder.inputs = config_.embedding_size;
    set_format(weights_.decoder, Format::plain);
  }
  take_packed_memory();
  const std::vector<float> nothing;
  const auto of_set = [&](const std::vector<std::vector<float>>& all, size_t set) -> const std::vector<float>& {
    return set < all.size() ? all[set] : nothing;
  };
  for (size_t set = 0; set < weights_.attention.size(); set++) {
    AttentionWeights<T>& w = weights_.attention[set];
    w.factors = equalise({&w.query, &w.key, &w.value}, of_set(seen.attention, set));
  }
  for (size_t set = 0; set < weights_.ffn.size(); set++) {
    FfnWeights<T>& w = weights_.ffn[set];
    w.factors = equalise({&w.ffn}, of_set(seen.ffn, set));
  }
  for (size_t i = 0; i < list_.size(); i++) {
    Parameter& p = list_[i];
    if (p.is_bias || !p.is_matrix()) continue;
    if (p.format != Format::int8) {  // they went into the numbers as these were written
      p.scales.clear();
      p.divisors.clear();
    }
    Parameter* bias = i + 1 < list_.size() && list_[i + 1].is_bias ? &list_[i + 1] : nullptr;  // add_linear's order
    round(p, p.packed == &weights_.pooler ? seen.pooler : nothing, bias);
    if (p.table != nullptr) {
      seal_table(p);
      continue;
    }
    pack(p, bias, pool, threads);
    p.drop_plain();
    if (bias != nullptr) bias->drop_plain();
  }
  if (config_.has_decoder()) pack_decoder(pool, threads);
  sealed_ = true;
}

// The word table once more, row by row from what is kept of it.
template <class T>
void Parameters<T>::pack_decoder(ThreadPool& pool, int threads) {
  const int64_t width = config_.embedding_size;
  pool.run(threads, [&](const Team& team) {
    const Range rows = share(config_.vocab_size, 1, team.part);
    for (int64_t n = rows.begin; n < rows.end; n++) {
      T* const column = reference::packed_column(weights_.decoder, n);
      for (int64_t k = 0; k < width; k++) column[k * weights_.decoder.panel] = reference::element(weights_.word, n, k);
      weights_.decoder.bias[n] = weights_.decoder_bias[n];
    }
  });
}

template <class T>
int64_t Parameters<T>::plain_bytes() const {
  int64_t bytes = 0;
  for (const Parameter& p : list_) bytes += p.memory.size_bytes();
  return bytes;
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace albert
