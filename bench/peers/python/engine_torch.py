"""PyTorch through transformers: float32 as saved, or bfloat16 by autocast."""
import contextlib

import torch
from transformers import AutoModel
from transformers.utils import logging


def load(directory, dtype, threads):
    torch.set_num_threads(threads)
    logging.disable_progress_bar()
    model = AutoModel.from_pretrained(directory, dtype=torch.float32).eval()

    def forward(ids, mask, types):
        # Without padding the mask is left out, which saves the model from building one for attention.
        given = None if mask.all() else torch.from_numpy(mask)
        autocast = torch.autocast("cpu", dtype=torch.bfloat16) if dtype == "bf16" else contextlib.nullcontext()
        with torch.inference_mode(), autocast:
            answer = model(input_ids=torch.from_numpy(ids), attention_mask=given, token_type_ids=torch.from_numpy(types))
        return answer.pooler_output.float().numpy()

    return forward, torch.__version__
