"""Answers the questions of the quality bench with another engine, or with a simulated precision, as one JSON on stdout.
usage: python answers.py CONTENDER QUESTIONS.json MODEL    where QUESTIONS.json is written by ../main.mjs

simulation NAME   torch in float32 with the roundings of a level of levels.py
onnxruntime       dynamic int8; each product gets its own copy of the shared weights first, or they would stay float32
openvino          static int8 by NNCF, calibrated on passages that are not asked about"""
import copy
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers

from levels import BY_NAME, calibrate, simulate
from measure import batches

def load(folder):
    transformers.logging.set_verbosity_error()
    return transformers.AlbertForPreTraining.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()


class Graph(torch.nn.Module):
    """What is exported: hidden rows, pooled vector, scores of words."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        out = self.model.albert(input_ids=input_ids, attention_mask=attention_mask)
        return out.last_hidden_state, out.pooler_output, self.model.predictions(out.last_hidden_state)


def torch_engine(model):
    graph = Graph(model)

    def run(batch):
        with torch.no_grad():
            return [tensor.numpy() for tensor in graph(batch["input_ids"], batch["attention_mask"])]

    return run


def exported(model, file):
    ids = torch.randint(5, 100, (2, 16))
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Graph(model), (ids, torch.ones_like(ids)), file, dynamo=False, opset_version=17,
        input_names=["input_ids", "attention_mask"], output_names=["hidden", "pooled", "scores"],
        dynamic_axes={name: axes for name in ["input_ids", "attention_mask", "hidden", "scores"]} | {"pooled": {0: "batch"}},
    )  # fmt: skip
    return file


def own_copies(file):
    """ONNX Runtime's dynamic quantiser skips a weight that several products share behind Identity nodes."""
    import onnx

    model = onnx.load(file)
    weights = {weight.name: weight for weight in model.graph.initializer}
    same = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Identity" and n.input[0] in weights}
    kept = [node for node in model.graph.node if node.output[0] not in same]
    uses = {}
    for node in kept:
        for place, name in enumerate(node.input):
            name = same.get(name, name)
            node.input[place] = name
            if node.op_type in ("MatMul", "Gemm") and name in weights:
                uses[name] = uses.get(name, 0) + 1
                if uses[name] > 1:
                    twin = copy.deepcopy(weights[name])
                    twin.name = node.input[place] = f"{name}.{uses[name]}"
                    model.graph.initializer.append(twin)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    onnx.save(model, file)


def onnxruntime_engine(model, folder):
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    source = exported(model, f"{folder}/model.onnx")
    own_copies(source)
    quantize_dynamic(source, f"{folder}/int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
    session = onnxruntime.InferenceSession(f"{folder}/int8.onnx", providers=["CPUExecutionProvider"])
    return lambda batch: session.run(None, {name: tensor.numpy() for name, tensor in batch.items()})


def openvino_engine(model, folder, texts):
    import nncf
    import openvino

    source = openvino.Core().read_model(exported(model, f"{folder}/model.onnx"))
    samples = [{name: tensor.numpy() for name, tensor in batch.items()} for _, batch in batches(texts, 1)]
    quantised = nncf.quantize(
        source, nncf.Dataset(samples), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(samples)
    )
    compiled = openvino.compile_model(quantised, "CPU")

    def run(batch):
        out = compiled({name: tensor.numpy() for name, tensor in batch.items()})
        return [out[name] for name in ("hidden", "pooled", "scores")]

    return run


def mean(hidden, length):
    return hidden[:length].mean(0)


def over(run, texts):
    """Of each text in order: hidden rows, pooled vector, scores."""
    found = [None] * len(texts)
    for chosen, batch in batches(texts):
        outputs = run(batch)
        for row, n in enumerate(chosen):
            found[n] = [output[row] for output in outputs]
    return found


def choose(probe, rows):
    return (rows @ np.array(probe["weight"]).T + np.array(probe["bias"])).argmax(-1)


def answers(run, questions, probes):
    embedded = over(run, questions["passages"])
    asked = over(run, [question["ids"] for question in questions["masked"]])
    found = {
        "pooled": [pooled.tolist() for _, pooled, _ in embedded],
        "mean": [mean(row[0], len(ids)).tolist() for row, ids in zip(embedded, questions["passages"])],
        "words": [
            int(word) for row, question in zip(asked, questions["masked"]) for word in row[2][question["places"]].argmax(-1)
        ],
    }
    if "sst2" in questions:
        texts = questions["sst2"]
        rows = over(run, texts)
        found["sst2_pooled"] = choose(probes["sst2_pooled"], np.stack([pooled for _, pooled, _ in rows])).tolist()
        means = np.stack([mean(row[0], len(ids)) for row, ids in zip(rows, texts)])
        found["sst2_mean"] = choose(probes["sst2_mean"], means).tolist()
    if "ner" in questions:
        rows = over(run, [question["ids"] for question in questions["ner"]])
        found["ner"] = [
            [probes["ner"]["labels"][label] for label in choose(probes["ner"], row[0][question["places"]])]
            for row, question in zip(rows, questions["ner"])
        ]
    return found


def main(contender, file, folder):
    questions = json.loads(Path(file).read_text())
    trained = Path(__file__).parent / "../probes.json"
    probes = json.loads(trained.read_text()) if trained.exists() else None
    model = load(folder)
    held_back = questions["calibration"]
    with tempfile.TemporaryDirectory() as place:
        if contender == "onnxruntime":
            run = onnxruntime_engine(model, place)
        elif contender == "openvino":
            run = openvino_engine(model, place, held_back)
        else:
            sizes = calibrate(model, [batch for _, batch in batches(held_back)])
            run = torch_engine(simulate(model, BY_NAME[contender.removeprefix("simulation ")], sizes))
        sys.stdout.write(json.dumps(answers(run, questions, probes)))


if __name__ == "__main__":
    main(*sys.argv[1:])
