"""ONNX Runtime's Python package: the float32 file, or the one that quantize_onnxruntime.py makes of it."""
import os

import onnxruntime

FILES = {"fp32": "model.onnx", "int8": "model_int8.onnx"}


def load(directory, dtype, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    file = os.path.join(directory, "onnx", FILES[dtype])
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def forward(ids, mask, types):
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return session.run(["pooler_output"], inputs)[0]

    return forward, onnxruntime.__version__
