#include "binding/convert.h"

#include <array>
#include <utility>
#include <vector>

namespace albert::binding {
namespace {

[[noreturn]] void wrong_type(const char* name, const char* wanted) {
  throw Error("INTERNAL", std::string("The field ") + name + " must be " + wanted + ".");
}

template <class T>
struct ArrayTraits;
template <>
struct ArrayTraits<int32_t> {
  static constexpr napi_typedarray_type type = napi_int32_array;
  static constexpr const char* name = "an Int32Array";
};
template <>
struct ArrayTraits<uint8_t> {
  static constexpr napi_typedarray_type type = napi_uint8_array;
  static constexpr const char* name = "a Uint8Array";
};
template <>
struct ArrayTraits<float> {
  static constexpr napi_typedarray_type type = napi_float32_array;
  static constexpr const char* name = "a Float32Array";
};
template <>
struct ArrayTraits<double> {
  static constexpr napi_typedarray_type type = napi_float64_array;
  static constexpr const char* name = "a Float64Array";
};

template <class T>
bool is_array(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == ArrayTraits<T>::type;
}

template <class T>
std::vector<T> to_vector(const Napi::Value& value, const char* name) {
  if (!is_array<T>(value)) wrong_type(name, ArrayTraits<T>::name);
  const auto array = value.As<Napi::TypedArrayOf<T>>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

// Empty when the field is absent.
template <class T>
std::vector<T> optional_vector(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return {};
  return to_vector<T>(value, name);
}

template <class Value, size_t N>
Value choose(const std::array<std::pair<const char*, Value>, N>& table, const std::string& name, const char* field) {
  for (const auto& [key, value] : table) {
    if (name == key) return value;
  }
  wrong_type(field, "one of the known names");
}

constexpr std::array<std::pair<const char*, Activation>, 6> kActivations{{{"gelu", Activation::gelu},
                                                                          {"gelu_new", Activation::gelu_new},
                                                                          {"relu", Activation::relu},
                                                                          {"silu", Activation::silu},
                                                                          {"tanh", Activation::tanh},
                                                                          {"linear", Activation::linear}}};
constexpr std::array<std::pair<const char*, Head>, 8> kHeads{
    {{"none", Head::none},
     {"masked_lm", Head::masked_lm},
     {"pretraining", Head::pretraining},
     {"sequence_classification", Head::sequence_classification},
     {"token_classification", Head::token_classification},
     {"question_answering", Head::question_answering},
     {"multiple_choice", Head::multiple_choice},
     {"squad2", Head::squad2}}};
constexpr std::array<std::pair<const char*, Schedule>, 3> kSchedules{
    {{"auto", Schedule::automatic}, {"split", Schedule::split}, {"walk", Schedule::walk}}};
constexpr std::array<std::pair<const char*, Problem>, 3> kProblems{{{"single_label", Problem::single_label},
                                                                    {"multi_label", Problem::multi_label},
                                                                    {"regression", Problem::regression}}};

int64_t integer_or(const Napi::Object& object, const char* name, int64_t otherwise) {
  return object.Get(name).IsUndefined() ? otherwise : integer_field(object, name);
}

}  // namespace

int64_t integer_field(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) wrong_type(name, "a number");
  return value.As<Napi::Number>().Int64Value();
}

std::string text_field(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString()) wrong_type(name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

Schedule to_schedule(const std::string& name) { return choose(kSchedules, name, "schedule"); }

Config to_config(const Napi::Object& object) {
  Config c;
  c.vocab_size = integer_field(object, "vocabSize");
  c.embedding_size = integer_field(object, "embeddingSize");
  c.hidden_size = integer_field(object, "hiddenSize");
  c.intermediate_size = integer_field(object, "intermediateSize");
  c.heads = integer_field(object, "heads");
  c.positions = integer_field(object, "positions");
  c.types = integer_field(object, "types");
  c.inner_groups = integer_field(object, "innerGroups");
  c.attention_map = to_vector<int32_t>(object.Get("attentionMap"), "attentionMap");
  c.ffn_map = to_vector<int32_t>(object.Get("ffnMap"), "ffnMap");
  c.split_names = object.Get("splitNames").ToBoolean();
  c.activation = choose(kActivations, text_field(object, "activation"), "activation");
  const Napi::Value eps = object.Get("layerNormEps");
  if (!eps.IsNumber()) wrong_type("layerNormEps", "a number");
  c.layer_norm_eps = eps.As<Napi::Number>().DoubleValue();
  c.projection = object.Get("projection").ToBoolean();
  c.head = choose(kHeads, text_field(object, "head"), "head");
  c.labels = integer_field(object, "labels");
  return c;
}

template <class T>
Request<T> to_request(const Napi::Object& object) {
  Request<T> r;
  r.ids = optional_vector<int32_t>(object, "ids");
  r.embeds = optional_vector<T>(object, "embeds");
  r.types = to_vector<int32_t>(object.Get("types"), "types");
  r.positions = to_vector<int32_t>(object.Get("positions"), "positions");
  r.starts = to_vector<int32_t>(object.Get("starts"), "starts");
  r.visible = optional_vector<uint8_t>(object, "visible");
  r.layers = optional_vector<int32_t>(object, "layers");
  const Napi::Value outputs = object.Get("outputs");
  if (!outputs.IsArray()) wrong_type("outputs", "an array of strings");
  const auto names = outputs.As<Napi::Array>();
  for (uint32_t i = 0; i < names.Length(); i++) r.outputs.push_back(names.Get(i).ToString().Utf8Value());
  r.all_rows = object.Get("rows").IsUndefined();
  r.rows = optional_vector<int32_t>(object, "rows");
  if (const Napi::Value labels = object.Get("labels"); is_array<int32_t>(labels)) {
    r.labels = to_vector<int32_t>(labels, "labels");
  } else {
    r.real_labels = optional_vector<T>(object, "labels");
  }
  if (!object.Get("problem").IsUndefined()) r.problem = choose(kProblems, text_field(object, "problem"), "problem");
  r.choices = integer_or(object, "choices", 1);
  r.sentence_order_labels = optional_vector<int32_t>(object, "sentenceOrderLabels");
  r.start_positions = optional_vector<int32_t>(object, "startPositions");
  r.end_positions = optional_vector<int32_t>(object, "endPositions");
  r.excluded = optional_vector<T>(object, "excluded");
  r.impossible = optional_vector<T>(object, "impossible");
  r.start_top = integer_or(object, "startTop", 5);
  r.end_top = integer_or(object, "endTop", 5);
  // A loss is wanted when labels of the head's kind are there; squad2's start positions alone only steer the end.
  r.has_labels = !object.Get("labels").IsUndefined() || !r.end_positions.empty();
  if (const Napi::Value given = object.Get("multipliers"); given.IsObject()) {
    const auto multipliers = given.As<Napi::Object>();
    const Napi::Array places = multipliers.GetPropertyNames();
    for (uint32_t i = 0; i < places.Length(); i++) {
      const std::string place = places.Get(i).ToString().Utf8Value();
      r.multipliers[place] = to_vector<T>(multipliers.Get(place), place.c_str());
    }
  }
  return r;
}

template Request<float> to_request(const Napi::Object&);
template Request<double> to_request(const Napi::Object&);

}  // namespace albert::binding
