"""The arithmetics of the package, simulated: which rounding each precision does, and where.

A `Level` says how the four products of an encoder layer are rounded; `simulate` makes a copy of a transformers ALBERT that
computes so. The numbers are those of the kernels (int8 products are exact in int32, so float32 sums of value times scale
stand for them), the speed is not. Calibrated levels (permutation, equalisation, outlier columns) need `calibrate` first.
"""
import copy
import re
from dataclasses import dataclass, replace

import torch
from torch import nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask


@dataclass(frozen=True)
class Level:
    """How the products of the encoder are rounded. `products`: fp32, bf16, int8, or naive = what a plain dynamic quantiser
    does: one asymmetric 8-bit scale for a whole activation, one scale for a whole weight."""

    name: str
    products: str = "int8"
    ffn2: str = "int8"
    group: int | None = 128  # input channels under one scale; None = the whole token
    weight_group: int | None = None  # input channels of a weight row under one scale; None = the whole row
    clip: bool = False  # weight scales by least squared error; otherwise by the largest value
    permute: str = ""  # letters of the axes that are sorted by size: h = hidden, i = intermediate
    equalise: float | None = None  # SmoothQuant's alpha
    tables: str = "wdp"  # what is kept as int8 beside the encoder: word table, decoder, pooler
    only: str = ""  # a pattern for the names of the products that are rounded to int8; the others stay in bf16
    outliers: int = 0  # worst input channels, multiplied in bf16
    rest_bf16: bool = True  # attention, mapping, pooler and heads in bf16; word table and pooler as int8


FP32 = Level("fp32", products="fp32", ffn2="fp32", rest_bf16=False)
BF16 = Level("bf16", products="bf16", ffn2="bf16")
FAST = Level("int8")
HIGH = Level("int8 high", ffn2="bf16")


def bf16(x):
    return x.to(torch.bfloat16).to(torch.float32)


def absmax_scale(x):
    scale = x.abs().amax(-1, keepdim=True) / 127
    return torch.where(scale > 0, scale, torch.ones_like(scale))


def to_grid(x, scale):
    return torch.clamp(torch.round(x / scale), -127, 127) * scale


def in_groups(x, size):
    """The last axis cut into groups of this many channels (the last one may be shorter), each to be rounded for itself."""
    return x.split(size or x.shape[-1], -1)


def round_activation(x, group):
    return torch.cat([to_grid(part, absmax_scale(part)) for part in in_groups(x, group)], -1)


def round_naive(x):
    """8 bits over the range of the whole tensor, zero included."""
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = max((high - low) / 255, 1e-12)
    zero = round(-low / scale)
    return (torch.clamp(torch.round(x / scale) + zero, 0, 255) - zero) * scale


def round_weight(weight, group=None, clip=False):
    """s8 by row, or by row and group of input channels."""
    rounded = []
    for part in in_groups(weight, group):
        best, best_error = None, None
        for fraction in torch.linspace(1.0, 0.5, 26).tolist() if clip else [1.0]:
            candidate = to_grid(part, absmax_scale(part) * fraction)
            error = (candidate - part).square().sum(-1, keepdim=True)
            if best is None:
                best, best_error = candidate, error
            else:
                best = torch.where(error < best_error, candidate, best)
                best_error = torch.minimum(error, best_error)
        rounded.append(best)
    return torch.cat(rounded, -1)


class Product(nn.Module):
    """One product of the encoder, x Wᵀ + b, under a level. `size`: the largest value seen of each input channel."""

    def __init__(self, linear, level, kind, order=None, size=None):
        super().__init__()
        weight = linear.weight.detach().clone()
        self.kind, self.level, self.bias = kind, level, linear.bias.detach()
        channels = weight.shape[1]
        self.order = order
        self.divisor = None
        self.outliers = None
        if kind == "int8":
            if level.equalise is not None:
                across = weight.abs().amax(0).clamp_min(1e-6)
                self.divisor = (size.clamp_min(1e-6) ** level.equalise / across ** (1 - level.equalise)).clamp_min(1e-4)
                weight = weight * self.divisor
            if level.outliers:
                worst = torch.zeros(channels, dtype=torch.bool)
                worst[size.topk(level.outliers).indices] = True
                self.outliers = worst
                self.outlier_weight = bf16(weight[:, worst])
                weight = weight * ~worst
            if self.order is not None:
                weight = weight[:, self.order]
            weight = round_weight(weight, level.weight_group, level.clip)
        elif kind == "bf16":
            weight = bf16(weight)
        elif kind == "naive":
            weight = to_grid(weight, weight.abs().max() / 127)
        self.weight = weight

    def forward(self, x):
        if self.kind == "bf16":
            x = bf16(x)
        elif self.kind == "naive":
            x = round_naive(x)
        elif self.kind == "int8":
            if self.divisor is not None:
                x = x / self.divisor
            extra = 0
            if self.outliers is not None:
                extra = bf16(x[..., self.outliers]) @ self.outlier_weight.T
                x = x * ~self.outliers
            if self.order is not None:
                x = x[..., self.order]
            return round_activation(x, self.level.group) @ self.weight.T + self.bias + extra
        return x @ self.weight.T + self.bias


class Bf16Product(nn.Module):
    """Mapping, pooler and heads: bf16 operands, float32 sums. Of a weight kept as int8 the values are exact in bf16."""

    def __init__(self, linear, int8=False):
        super().__init__()
        weight = linear.weight.detach()
        self.scale = absmax_scale(weight) if int8 else torch.ones(weight.shape[0], 1)
        self.weight = torch.round(weight / self.scale) if int8 else bf16(weight)
        self.bias = linear.bias.detach()

    def forward(self, x):
        return (bf16(x) @ self.weight.T) * self.scale[:, 0] + self.bias


def bf16_attention(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **kwargs):
    scores = bf16(query) @ bf16(key).transpose(2, 3) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    return (bf16(scores.softmax(-1)) @ bf16(value)).transpose(1, 2).contiguous(), None


AttentionInterface.register("bf16", bf16_attention)
AttentionMaskInterface.register("bf16", eager_mask)

PRODUCTS = ["attention.query", "attention.key", "attention.value", "attention.dense", "ffn", "ffn_output"]


def layers(model):
    return [layer for group in model.albert.encoder.albert_layer_groups for layer in group.albert_layers]


@torch.no_grad()
def calibrate(model, batches):
    """The largest value of every input channel of every product, over all applications of its layer."""
    sizes, handles = {}, []
    for index, layer in enumerate(layers(model)):
        for name in PRODUCTS:
            def note(module, inputs, key=(index, name)):
                seen = inputs[0].abs().flatten(0, -2).amax(0)
                sizes[key] = torch.maximum(sizes[key], seen) if key in sizes else seen
            handles.append(layer.get_submodule(name).register_forward_pre_hook(note))
    for batch in batches:
        model.albert(**batch)
    for handle in handles:
        handle.remove()
    return sizes


@torch.no_grad()
def simulate(model, level, sizes=None):
    """A copy of this model (of any class with `.albert`) that computes as the level says."""
    copied = copy.deepcopy(model)
    if level.products == "fp32":
        return copied
    hidden = None
    if "h" in level.permute:
        hidden = torch.stack([v for (_, name), v in sizes.items() if name in ("attention.query", "ffn")]).amax(0).argsort()
    for index, layer in enumerate(layers(copied)):
        for name in PRODUCTS:
            kind = level.ffn2 if name == "ffn_output" else level.products
            size = sizes[index, name]
            if level.only and not re.search(level.only, name):
                kind = "bf16"
            order = hidden if name not in ("attention.dense", "ffn_output") else None
            if name == "ffn_output" and "i" in level.permute:
                order = size.argsort()
            layer.set_submodule(name, Product(layer.get_submodule(name), level, kind, order, size))
    if level.rest_bf16:
        copied.albert.config._attn_implementation = "bf16"
        int8 = level.tables if level.products in ("int8", "naive") else ""
        albert = copied.albert
        words = albert.embeddings.word_embeddings.weight
        albert.encoder.embedding_hidden_mapping_in = Bf16Product(albert.encoder.embedding_hidden_mapping_in)
        if albert.pooler is not None:
            albert.pooler = Bf16Product(albert.pooler, "p" in int8)
        head = getattr(copied, "predictions", None)
        if head is not None:
            head.dense = Bf16Product(head.dense)
            head.decoder = Bf16Product(head.decoder, "d" in int8)
        if getattr(copied, "classifier", None) is not None:
            copied.classifier = Bf16Product(copied.classifier)
        words.data = to_grid(words.data, absmax_scale(words.data)) if "w" in int8 else bf16(words.data)
    return copied


BY_NAME = {
    level.name: level
    for level in [
        FP32, BF16, FAST, HIGH,
        Level("naive", products="naive", ffn2="naive"),
        Level("int8 token", group=None),
        Level("int8 group-64", group=64),
        Level("int8 clipped", clip=True),
        Level("int8 weight-groups", weight_group=128),
        Level("int8 permuted", permute="hi"),
        Level("int8 equalised", equalise=0.5),
        Level("int8 outliers-bf16", outliers=16),
        Level("int8 value-bf16", only="query|key|dense|ffn"),
        Level("int8 tables-bf16", tables=""),
        Level("bf16 tables-int8", only="none"),
    ]
}  # fmt: skip
