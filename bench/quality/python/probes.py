"""Trains the linear probes of the quality bench on the frozen model in the package and writes ../probes.json.
usage: python probes.py TASKS     (a folder with sst2/ and ner/, see docs/quantization.md; needs scikit-learn too)

sst2: sentiment from the mean and from the pooled vector. ner: the tag of each word from its first piece; trained on
wikigold.train and the first thousand sentences of uner_ewt.dev, of which the bench asks the rest. The last 6,000 phrases of
sst2/train are left to the bench, because the 872 of dev say nothing of
less than 1.5 points. Seeded, so that it can be repeated."""
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from measure import batches

here = Path(__file__).parent
STARTER = here / "../../../models/starter-en"
PHRASES = 12000
HELD_OUT = 6000
KINDS = {"PER", "LOC", "ORG"}
TAGS = ["O"] + [f"{part}-{kind}" for kind in sorted(KINDS) for part in "BI"]


def lines(file):
    with gzip.open(file, "rt") as text:
        return [json.loads(line) for line in text]


def word_pieces(tokenizer, words, longest=128):
    """[CLS] words [SEP], and the place of each word's first piece; words beyond the longest text are left out."""
    ids, places = [tokenizer.cls_token_id], []
    for word in words:
        pieces = tokenizer(word, add_special_tokens=False)["input_ids"]
        if len(ids) + len(pieces) >= longest:
            break
        places.append(len(ids))
        ids += pieces
    return ids + [tokenizer.sep_token_id], places


def fit(features, labels, count):
    """Logistic regression on standardised features, written for features as they are."""
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(max_iter=500, C=0.3).fit(scaler.transform(features), labels)
    weight = model.coef_ / scaler.scale_
    bias = model.intercept_ - weight @ scaler.mean_
    if len(model.classes_) == 2:
        weight, bias = np.stack([0 * weight[0], weight[0]]), np.array([0.0, bias[0]])
    assert list(model.classes_) == list(range(count))
    return {"weight": np.round(weight, 6).tolist(), "bias": np.round(bias, 6).tolist()}


@torch.no_grad()
def main(tasks):
    tokenizer = transformers.AutoTokenizer.from_pretrained(STARTER)
    model = transformers.AlbertModel.from_pretrained(STARTER, dtype=torch.float32).eval()
    train = lines(tasks / "sst2/train.jsonl.gz")
    chosen = np.random.default_rng(0).choice(len(train) - HELD_OUT, PHRASES, replace=False)
    texts = [tokenizer(train[n]["text"])["input_ids"] for n in chosen]
    labels = np.array([train[n]["label"] for n in chosen])
    pooled, mean = np.zeros((len(texts), model.config.hidden_size)), np.zeros((len(texts), model.config.hidden_size))
    for which, batch in batches(texts, 64):
        out = model(**batch)
        weight = batch["attention_mask"][..., None].float()
        pooled[which] = out.pooler_output
        mean[which] = (out.last_hidden_state * weight).sum(1) / weight.sum(1)
    print("sst2 features", flush=True)
    probes = {"sst2_pooled": fit(pooled, labels, 2), "sst2_mean": fit(mean, labels, 2)}
    rows, tags = [], []
    sentences = lines(tasks / "ner/wikigold.train.jsonl.gz") + lines(tasks / "ner/uner_ewt.dev.jsonl.gz")[:1000]
    encoded = [word_pieces(tokenizer, sentence["tokens"]) for sentence in sentences]
    for which, batch in batches([ids for ids, _ in encoded]):
        hidden = model(**batch).last_hidden_state
        for row, n in enumerate(which):
            places = encoded[n][1]
            rows.append(hidden[row, places])
            tags += [TAGS.index(tag) if tag[2:] in KINDS else 0 for tag in sentences[n]["tags"][: len(places)]]
    print("ner features", flush=True)
    probes["ner"] = {"labels": TAGS, **fit(torch.cat(rows).numpy(), np.array(tags), len(TAGS))}
    (here / "../probes.json").write_text(json.dumps(probes, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main(Path(sys.argv[1]))
