#include "cases.h"

#include <algorithm>
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

constexpr const char* kFormatNames[] = {"fp32", "bf16", "int8"};
const char* name_of(Format format) { return kFormatNames[static_cast<int>(format)]; }

const Packer& packer_of(const Ops<float>& ops, Format format) {
  return format == Format::plain ? ops.packer : format == Format::bf16 ? ops.bf16_packer : ops.int8_packer;
}
double (*burn_of(const Ops<float>& ops, Format format))(int64_t) {
  return format == Format::plain ? ops.burn : format == Format::bf16 ? ops.burn_bf16 : ops.burn_int8;
}

// Room for rows in any format.
int64_t rows_bytes(int64_t rows, int64_t cols) { return 2 * Arena::matrix_bytes<float>(rows, cols) + 4096; }

// Rows in the format of a product, with numbers in them.
Operand<float> operand(Arena& arena, const Ops<float>& ops, Format format, int64_t rows, int64_t cols) {
  const Matrix<float> x = filled(arena, rows, cols);
  if (format == Format::plain) return x;
  Operand<float> y = arena.matrix<Bf16>(rows, cols);
  if (format == Format::int8) {
    y = Int8Rows{arena.matrix<uint8_t>(rows, cols), arena.matrix<float>(rows, groups_of(cols)), ops.int8_packer.offset};
  }
  ops.convert_rows_forward({y, x}, Part{});
  return y;
}

PackedWeight<float> weight(Arena& arena, const Ops<float>& ops, Format format, int64_t inputs, int64_t outputs) {
  const Packer& packer = packer_of(ops, format);
  PackedWeight<float> w;
  w.outputs = outputs;
  w.inputs = inputs;
  w.panel = packer.panel;
  w.packer = packer.name;
  w.offset = packer.offset;
  w.format = format;
  w.data = arena.take<float>(w.data_size());
  w.bf16 = arena.take<Bf16>(w.data_size());
  w.int8 = arena.take<int8_t>(w.data_size());
  w.scales = arena.take<float>(w.bias_size());
  w.corrections = arena.take<int32_t>(w.corrections_size());
  w.bias = arena.take<float>(w.bias_size());
  const Matrix<float> rows = filled(arena, outputs, inputs, 0.05f);
  const LinearPack<float> pack = {w, rows, nullptr, 0, nullptr};
  (format == Format::plain  ? ops.linear_pack
   : format == Format::bf16 ? ops.linear_bf16_pack
                            : ops.linear_int8_pack)(pack, Part{});
  return w;
}
// What `weight` takes.
int64_t weight_bytes(int64_t inputs, int64_t outputs) { return (inputs + 64) * (outputs + 64) * 12 + (1 << 16); }

double product_flops(int64_t tokens, int64_t inputs, int64_t outputs) {
  return 2.0 * static_cast<double>(tokens * inputs * outputs);
}

void product(const Ops<float>& ops, const LinearLowForward<float>& a, Part part) {
  if (a.w.format == Format::bf16) return ops.linear_bf16_forward(a, part);
  if (a.w.format == Format::int8) return ops.linear_int8_forward(a, part);
  if (a.kind == Activation::linear) return ops.linear_forward({a.y.plain, a.x.plain, a.w}, part);
  ops.linear_activation_forward({a.y.plain, a.x.plain, a.w, a.kind}, part);
}

void visit_linear(const Ops<float>& ops, Format format, int64_t tokens, int64_t inputs, int64_t outputs,
                  const Visit& visit) {
  Arena arena(weight_bytes(inputs, outputs) + 2 * rows_bytes(tokens, inputs) + 2 * rows_bytes(tokens, outputs));
  LinearLowForward<float> args = {arena.matrix<float>(tokens, outputs), operand(arena, ops, format, tokens, inputs),
                                  weight(arena, ops, format, inputs, outputs)};
  const std::string name = std::string(name_of(format)) + " " + std::to_string(tokens) + " x " +
                           std::to_string(inputs) + " x " + std::to_string(outputs);
  const double flops = product_flops(tokens, inputs, outputs);
  visit({"linear " + name, flops, burn_of(ops, format), [&](const Team& team) { product(ops, args, team.part); }});
  if (outputs != kIntermediate) return;
  // As in the model: the results in the format of the next product.
  args.y = operand(arena, ops, format, tokens, outputs);
  args.kind = Activation::gelu_new;
  visit({"linear_activation gelu_new " + name, flops, burn_of(ops, format),
         [&](const Team& team) { product(ops, args, team.part); }});
}

void visit_attention(const Ops<float>& ops, int threads, int64_t sequences, int64_t length, const Visit& visit) {
  const int64_t tokens = sequences * length;
  const AttentionShape shape = {length, kHidden / kHeads};
  const int64_t scratch_bytes = Arena::bytes_for<std::byte>(
      std::max(ops.attention_scratch_bytes(shape), ops.attention_bf16_scratch_bytes(shape)));
  Arena arena(10 * Arena::matrix_bytes<float>(tokens, 2 * kHidden) + threads * scratch_bytes);
  std::vector<int32_t> starts;
  for (int64_t n = 0; n <= sequences; n++) starts.push_back(static_cast<int32_t>(n * length));
  AttentionBatch<float> batch;
  batch.starts = batch.query_starts = starts.data();
  batch.sequences = static_cast<int32_t>(sequences);
  batch.heads = kHeads;
  batch.scale = 0.125f;
  batch.scratch = arena.take<std::byte>(threads * scratch_bytes);
  batch.scratch_bytes = scratch_bytes;
  const std::string size = std::to_string(sequences) + " x " + std::to_string(length);
  const double flops = 2 * product_flops(tokens, length, kHidden);

  const Matrix<float> key_value = filled(arena, tokens, 2 * kHidden);
  const AttentionForward<float> plain = {batch, arena.matrix<float>(tokens, kHidden), filled(arena, tokens, kHidden),
                                         key_value.columns(0, kHidden), key_value.columns(kHidden, kHidden)};
  visit(
      {"attention fp32 " + size, flops, ops.burn, [&](const Team& team) { ops.attention_forward(plain, team.part); }});
  const Matrix<Bf16> low = operand(arena, ops, Format::bf16, tokens, 2 * kHidden).bf16;
  const AttentionBf16Forward<float> bf16 = {batch, arena.matrix<Bf16>(tokens, kHidden),
                                            operand(arena, ops, Format::bf16, tokens, kHidden).bf16,
                                            low.columns(0, kHidden), low.columns(kHidden, kHidden)};
  visit({"attention bf16 " + size, flops, ops.burn_bf16,
         [&](const Team& team) { ops.attention_bf16_forward(bf16, team.part); }});
}

void visit_layer_norm(const Ops<float>& ops, int64_t tokens, const Visit& visit) {
  Arena arena(5 * Arena::matrix_bytes<float>(tokens, kHidden));
  const Matrix<float> scale = filled(arena, 2, kHidden);
  const LayerNormForward<float> args = {arena.matrix<float>(tokens, kHidden), filled(arena, tokens, kHidden),
                                        filled(arena, tokens, kHidden), scale.row(0), scale.row(1)};
  visit({"layer_norm " + std::to_string(tokens) + " x 768", 0, nullptr,
         [&](const Team& team) { ops.layer_norm_forward(args, team.part); }});
}

void visit_activation(const Ops<float>& ops, int64_t tokens, Activation kind, const char* name, const Visit& visit) {
  Arena arena(2 * Arena::matrix_bytes<float>(tokens, kIntermediate));
  const ActivationForward<float> args = {arena.matrix<float>(tokens, kIntermediate),
                                         filled(arena, tokens, kIntermediate, 4), kind};
  visit({std::string("activation ") + name + " " + std::to_string(tokens) + " x 3072", 0, nullptr,
         [&](const Team& team) { ops.activation_forward(args, team.part); }});
}

void visit_convert(const Ops<float>& ops, Format format, int64_t tokens, const Visit& visit) {
  Arena arena(4 * rows_bytes(tokens, kHidden));
  const Matrix<float> x = filled(arena, tokens, kHidden);
  const Operand<float> y = operand(arena, ops, format, tokens, kHidden);
  visit({std::string("convert_rows ") + name_of(format) + " " + std::to_string(tokens) + " x 768", 0, nullptr,
         [&](const Team& team) {
           ops.convert_rows_forward({y, x}, team.part);
         }});
}

// The products of one layer with a barrier after each, twelve times: the weights are shared, as in the model.
void visit_layers(const Ops<float>& ops, Format format, int64_t tokens, const Visit& visit) {
  Arena arena(weight_bytes(kHidden, 3 * kHidden) + weight_bytes(kHidden, kHidden) +
              2 * weight_bytes(kHidden, kIntermediate) + 8 * rows_bytes(tokens, kIntermediate));
  const Operand<float> hidden = operand(arena, ops, format, tokens, kHidden);
  const Operand<float> wide = operand(arena, ops, format, tokens, kIntermediate);
  const Matrix<float> three = arena.matrix<float>(tokens, 3 * kHidden);
  const Matrix<float> sum = arena.matrix<float>(tokens, kHidden);
  const Matrix<float> inner = arena.matrix<float>(tokens, kIntermediate);
  const PackedWeight<float> query_key_value = weight(arena, ops, format, kHidden, 3 * kHidden);
  const PackedWeight<float> dense = weight(arena, ops, format, kHidden, kHidden);
  const PackedWeight<float> ffn = weight(arena, ops, format, kHidden, kIntermediate);
  const PackedWeight<float> ffn_output = weight(arena, ops, format, kIntermediate, kHidden);
  const double flops = product_flops(tokens, kHidden, 4 * kHidden + 2 * kIntermediate);
  visit({std::string("products of 12 layers, ") + name_of(format) + ", " + std::to_string(tokens) + " tokens",
         kLayers * flops, burn_of(ops, format), [&](const Team& team) {
           const auto one = [&](const Matrix<float>& y, const Operand<float>& x, const PackedWeight<float>& w) {
             product(ops, {y, x, w}, team.part);
             team.sync();
           };
           for (int layer = 0; layer < kLayers; layer++) {
             one(three, hidden, query_key_value);
             one(sum, hidden, dense);
             one(inner, hidden, ffn);
             one(sum, wide, ffn_output);
           }
         }});
}

}  // namespace

void for_each_case(const Ops<float>& ops, int threads, const Visit& visit) {
  for (const Format format : {Format::plain, Format::bf16, Format::int8}) {
    for (const int64_t tokens : {1, 16, 128, 512}) {
      visit_linear(ops, format, tokens, kHidden, 3 * kHidden, visit);
      visit_linear(ops, format, tokens, kHidden, kHidden, visit);
      visit_linear(ops, format, tokens, kHidden, kIntermediate, visit);
      visit_linear(ops, format, tokens, kIntermediate, kHidden, visit);
    }
  }
  visit_attention(ops, threads, 1, 128, visit);
  visit_attention(ops, threads, 8, 128, visit);
  visit_attention(ops, threads, 1, 512, visit);
  visit_layer_norm(ops, 128, visit);
  for (const Format format : {Format::bf16, Format::int8}) visit_convert(ops, format, 128, visit);
  visit_activation(ops, 128, Activation::gelu, "gelu", visit);
  visit_activation(ops, 128, Activation::gelu_new, "gelu_new", visit);
  for (const Format format : {Format::plain, Format::bf16, Format::int8}) {
    for (const int64_t tokens : {1, 2, 8, 16, 32, 128, 512}) visit_layers(ops, format, tokens, visit);
  }
}

}  // namespace albert::bench
