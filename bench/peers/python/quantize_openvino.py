"""MODEL/onnx/model.onnx -> openvino_int8.xml: static int8 by NNCF in its mode for transformers, calibrated on random texts."""
import os
import sys

import nncf
import numpy
import openvino

TEXTS, TOKENS, FIRST_WORD = 8, 64, 5


def calibration(words):
    random = numpy.random.default_rng(0)
    for _ in range(TEXTS):
        ids = random.integers(FIRST_WORD, words, (1, TOKENS)).astype(numpy.int64)
        yield {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}


def main(folder, words):
    model = openvino.Core().read_model(os.path.join(folder, "model.onnx"))
    data = nncf.Dataset(list(calibration(words)))
    quantized = nncf.quantize(model, data, model_type=nncf.ModelType.TRANSFORMER, subset_size=TEXTS)
    openvino.save_model(quantized, os.path.join(folder, "openvino_int8.xml"))


if __name__ == "__main__":
    main(os.path.join(sys.argv[1], "onnx"), int(sys.argv[2]))
