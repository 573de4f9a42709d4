#include "cases.h"

#include <vector>

#include "base/arena.h"

namespace albert::bench {
namespace {

using Visit = std::function<void(const Case&)>;

constexpr int64_t kHidden = 768;
constexpr int64_t kIntermediate = 3072;
constexpr int64_t kHeads = 12;
constexpr int kLayers = 12;

// Numbers between -scale and scale; their values do not change the time, as long as they are normal ones.
void fill(float* data, int64_t count, float scale) {
  uint32_t state = 1;
  for (int64_t i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223;
    data[i] = scale * (static_cast<float>(state >> 8) * 0x1p-23f - 1);
  }
}

Matrix<float> filled(Arena& arena, int64_t rows, int64_t cols, float scale = 1) {
  const Matrix<float> matrix = arena.matrix<float>(rows, cols);
  fill(matrix.data, rows * matrix.stride, scale);
  return matrix;
}

PackedWeight<float> weight(Arena& arena, const Packer& packer, int64_t inputs, int64_t outputs) {
  PackedWeight<float> w = {nullptr, nullptr, outputs, inputs, packer.panel, packer.name};
  w.data = arena.take<float>(w.data_size());
  w.bias = arena.take<float>(w.bias_size());
  fill(w.data, w.data_size(), 0.05f);
  fill(w.bias, w.bias_size(), 0.05f);
  return w;
}

double product_flops(int64_t tokens, int64_t inputs, int64_t outputs) {
  return 2.0 * static_cast<double>(tokens * inputs * outputs);
}

void visit_linear(const Ops<float>& ops, int64_t tokens, int64_t inputs, int64_t outputs, const Visit& visit) {
  Arena arena((inputs + 64) * (outputs + 64) * 4 + Arena::matrix_bytes<float>(tokens, inputs) +
              Arena::matrix_bytes<float>(tokens, outputs) + (1 << 16));
  const LinearForward<float> args = {arena.matrix<float>(tokens, outputs), filled(arena, tokens, inputs),
                                     weight(arena, ops.packer, inputs, outputs)};
  const std::string name = std::to_string(tokens) + " x " + std::to_string(inputs) + " x " + std::to_string(outputs);
  visit({"linear " + name, product_flops(tokens, inputs, outputs),
         [&](const Team& team) { ops.linear_forward(args, team.part); }});
  if (outputs != kIntermediate) return;
  visit({"linear_activation gelu_new " + name, product_flops(tokens, inputs, outputs), [&](const Team& team) {
           ops.linear_activation_forward({args.y, args.x, args.w, Activation::gelu_new}, team.part);
         }});
}

void visit_attention(const Ops<float>& ops, int threads, int64_t sequences, int64_t length, const Visit& visit) {
  const int64_t tokens = sequences * length;
  const int64_t scratch_bytes = Arena::bytes_for<std::byte>(ops.attention_scratch_bytes({length, kHidden / kHeads}));
  Arena arena(4 * Arena::matrix_bytes<float>(tokens, 2 * kHidden) + threads * scratch_bytes);
  std::vector<int32_t> starts;
  for (int64_t n = 0; n <= sequences; n++) starts.push_back(static_cast<int32_t>(n * length));
  const Matrix<float> key_value = filled(arena, tokens, 2 * kHidden);
  AttentionForward<float> args;
  args.context = arena.matrix<float>(tokens, kHidden);
  args.query = filled(arena, tokens, kHidden);
  args.key = key_value.columns(0, kHidden);
  args.value = key_value.columns(kHidden, kHidden);
  args.starts = args.query_starts = starts.data();
  args.sequences = static_cast<int32_t>(sequences);
  args.heads = kHeads;
  args.scale = 0.125f;
  args.scratch = arena.take<std::byte>(threads * scratch_bytes);
  args.scratch_bytes = scratch_bytes;
  visit({"attention " + std::to_string(sequences) + " x " + std::to_string(length),
         2 * product_flops(tokens, length, kHidden),
         [&](const Team& team) { ops.attention_forward(args, team.part); }});
}

void visit_layer_norm(const Ops<float>& ops, int64_t tokens, const Visit& visit) {
  Arena arena(5 * Arena::matrix_bytes<float>(tokens, kHidden));
  const Matrix<float> scale = filled(arena, 2, kHidden);
  const LayerNormForward<float> args = {arena.matrix<float>(tokens, kHidden), filled(arena, tokens, kHidden),
                                        filled(arena, tokens, kHidden), scale.row(0), scale.row(1)};
  visit({"layer_norm " + std::to_string(tokens) + " x 768", 0,
         [&](const Team& team) { ops.layer_norm_forward(args, team.part); }});
}

void visit_activation(const Ops<float>& ops, int64_t tokens, Activation kind, const char* name, const Visit& visit) {
  Arena arena(2 * Arena::matrix_bytes<float>(tokens, kIntermediate));
  const ActivationForward<float> args = {arena.matrix<float>(tokens, kIntermediate),
                                         filled(arena, tokens, kIntermediate, 4), kind};
  visit({std::string("activation ") + name + " " + std::to_string(tokens) + " x 3072", 0,
         [&](const Team& team) { ops.activation_forward(args, team.part); }});
}

// The products of one layer with a barrier after each, twelve times: the weights are shared, as in the model.
void visit_layers(const Ops<float>& ops, int64_t tokens, const Visit& visit) {
  Arena arena(9 * kHidden * kHidden * 4 * 4 / 3 + 5 * Arena::matrix_bytes<float>(tokens, kIntermediate) + (1 << 20));
  const Matrix<float> hidden = filled(arena, tokens, kHidden);
  const Matrix<float> wide = filled(arena, tokens, kIntermediate);
  const Matrix<float> three = arena.matrix<float>(tokens, 3 * kHidden);
  const Matrix<float> sum = arena.matrix<float>(tokens, kHidden);
  const Matrix<float> inner = arena.matrix<float>(tokens, kIntermediate);
  const PackedWeight<float> query_key_value = weight(arena, ops.packer, kHidden, 3 * kHidden);
  const PackedWeight<float> dense = weight(arena, ops.packer, kHidden, kHidden);
  const PackedWeight<float> ffn = weight(arena, ops.packer, kHidden, kIntermediate);
  const PackedWeight<float> ffn_output = weight(arena, ops.packer, kIntermediate, kHidden);
  const double flops = product_flops(tokens, kHidden, 4 * kHidden + 2 * kIntermediate);
  visit({"products of 12 layers, " + std::to_string(tokens) + " tokens", kLayers * flops, [&](const Team& team) {
           for (int layer = 0; layer < kLayers; layer++) {
             ops.linear_forward({three, hidden, query_key_value}, team.part);
             team.sync();
             ops.linear_forward({sum, hidden, dense}, team.part);
             team.sync();
             ops.linear_forward({inner, hidden, ffn}, team.part);
             team.sync();
             ops.linear_forward({sum, wide, ffn_output}, team.part);
             team.sync();
           }
         }});
}

}  // namespace

void for_each_case(const Ops<float>& ops, int threads, const Visit& visit) {
  for (const int64_t tokens : {1, 16, 128, 512}) {
    visit_linear(ops, tokens, kHidden, 3 * kHidden, visit);
    visit_linear(ops, tokens, kHidden, kHidden, visit);
    visit_linear(ops, tokens, kHidden, kIntermediate, visit);
    visit_linear(ops, tokens, kIntermediate, kHidden, visit);
  }
  visit_attention(ops, threads, 1, 128, visit);
  visit_attention(ops, threads, 8, 128, visit);
  visit_attention(ops, threads, 1, 512, visit);
  visit_layer_norm(ops, 128, visit);
  visit_activation(ops, 128, Activation::gelu, "gelu", visit);
  visit_activation(ops, 128, Activation::gelu_new, "gelu_new", visit);
  for (const int64_t tokens : {1, 2, 8, 16, 32, 128, 512}) visit_layers(ops, tokens, visit);
}

}  // namespace albert::bench
