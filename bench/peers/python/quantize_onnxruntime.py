"""MODEL/onnx/model.onnx -> model_int8.onnx: ONNX Runtime's dynamic quantisation, per channel.

The quantiser leaves a weight that several products share in float32, so each product gets a copy of its own first.
"""
import copy
import os
import sys
import tempfile

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic


def unshare(model):
    """Gives each product its own copy of its constant weight."""
    constants = {constant.name: constant for constant in model.graph.initializer}
    uses = {}
    for node in model.graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in constants:
            continue
        name = node.input[1]
        uses[name] = uses.get(name, 0) + 1
        if uses[name] > 1:
            own = copy.deepcopy(constants[name])
            own.name = node.input[1] = f"{name}.copy{uses[name]}"
            model.graph.initializer.append(own)
    return model


def main(folder):
    with tempfile.TemporaryDirectory() as scratch:
        unshared = os.path.join(scratch, "unshared.onnx")
        model = unshare(onnx.load(os.path.join(folder, "model.onnx")))
        # Beside the graph: copies of BERT-large's size would pass the 2 GB that one file may hold.
        onnx.save(model, unshared, save_as_external_data=True, location="weights")
        quantize_dynamic(unshared, os.path.join(folder, "model_int8.onnx"), weight_type=QuantType.QInt8, per_channel=True)


if __name__ == "__main__":
    main(os.path.join(sys.argv[1], "onnx"))
