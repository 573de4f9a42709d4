"""Compares what two versions of one model answer: embeddings, masked words."""
import json
import random

import torch
from torch.nn.functional import cosine_similarity

PAD, CLS, SEP = 0, 2, 3


def batches(texts, size=32):
    """Lists of ids as padded batches, texts of like length together; with the index of each text."""
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        width = max(len(texts[n]) for n in chosen)
        ids = torch.tensor([texts[n] + [PAD] * (width - len(texts[n])) for n in chosen])
        mask = torch.tensor([[1] * len(texts[n]) + [0] * (width - len(texts[n])) for n in chosen])
        yield chosen, {"input_ids": ids, "attention_mask": mask}


def masked(texts, mask_id, share=0.15, seed=0):
    """Copies of the texts with this share of their words masked, at least one each; and the places."""
    draw = random.Random(seed)
    copies, places = [], []
    for ids in texts:
        inside = list(range(1, len(ids) - 1))
        chosen = sorted(draw.sample(inside, max(1, round(share * len(inside)))))
        copies.append([mask_id if i in chosen else token for i, token in enumerate(ids)])
        places.append(chosen)
    return copies, places


@torch.no_grad()
def embeddings(model, texts):
    """Pooled vector and mean over the tokens of each text."""
    pooled, mean = [None] * len(texts), [None] * len(texts)
    for chosen, batch in batches(texts):
        out = model.albert(**batch)
        weight = batch["attention_mask"][..., None].float()
        middle = (out.last_hidden_state * weight).sum(1) / weight.sum(1)
        for row, n in enumerate(chosen):
            pooled[n], mean[n] = out.pooler_output[row], middle[row]
    return torch.stack(pooled), torch.stack(mean)


@torch.no_grad()
def best_words(model, texts, places):
    """The best word of each masked place, all texts one after another."""
    found = [None] * len(texts)
    for chosen, batch in batches(texts):
        hidden = model.albert(**batch).last_hidden_state
        for row, n in enumerate(chosen):
            found[n] = model.predictions(hidden[row, places[n]]).argmax(-1)
    return torch.cat(found)


def spread(cosines):
    """Mean, 1 % quantile and minimum."""
    return {"mean": cosines.mean().item(), "q01": cosines.quantile(0.01).item(), "min": cosines.min().item()}


def cosines(answer, reference, shift=0.0):
    return spread(cosine_similarity((answer - shift).double(), (reference - shift).double(), dim=-1))
