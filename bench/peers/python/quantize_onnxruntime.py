"""MODEL/onnx/model.onnx -> model_int8.onnx: ONNX Runtime's dynamic quantisation, per channel.

Where a shared weight reaches its products through Identity nodes, as PyTorch's exporter writes it, the quantiser leaves it in
float32 and says nothing; each product then needs a copy of its own. In the file of onnx.mjs products name the weight itself,
and the quantiser does them all, with the weight stored once. Both files end as the same operators. That none is left is checked.
"""
import os
import sys

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic


def left_in_float(file):
    """Products that still have a constant float32 matrix."""
    graph = onnx.load(file).graph
    floats = {constant.name for constant in graph.initializer if constant.data_type == onnx.TensorProto.FLOAT}
    return [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm") and node.input[1] in floats]


def main(folder):
    target = os.path.join(folder, "model_int8.onnx")
    quantize_dynamic(os.path.join(folder, "model.onnx"), target, weight_type=QuantType.QInt8, per_channel=True)
    left = left_in_float(target)
    if left:
        raise SystemExit(f"{len(left)} products stayed in float32, among them {left[0]}")


if __name__ == "__main__":
    main(os.path.join(sys.argv[1], "onnx"))
