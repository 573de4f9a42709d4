"""OpenVINO: the ONNX file in float32 or bfloat16, or the model that quantize_openvino.py makes of it."""
import os

import openvino

FILES = {"fp32": "model.onnx", "bf16": "model.onnx", "int8": "openvino_int8.xml"}
PRECISION = {"fp32": "f32", "bf16": "bf16", "int8": "f32"}


def load(directory, dtype, threads):
    core = openvino.Core()
    whole = core.read_model(os.path.join(directory, "onnx", FILES[dtype]))
    # The pooled vector alone, so that the hidden rows need not be copied out.
    model = openvino.Model([whole.output("pooler_output")], whole.get_parameters())
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": PRECISION[dtype],
    }
    request = core.compile_model(model, "CPU", options).create_infer_request()

    def forward(ids, mask, types):
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return request.infer(inputs, share_inputs=True)[0]

    return forward, openvino.__version__.split("-")[0]
