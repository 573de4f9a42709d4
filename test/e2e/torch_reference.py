"""A random ALBERT of base size in transformers: its checkpoint, inputs, and outputs in float64.
usage: python torch_reference.py FOLDER     (needs torch and transformers; run by torch.test.ts)"""
import sys

import torch
from safetensors.torch import save_file
from transformers import AlbertConfig, AlbertForPreTraining

folder = sys.argv[1]
torch.manual_seed(7)
config = AlbertConfig(
    vocab_size=30000, embedding_size=128, hidden_size=768, num_attention_heads=12, intermediate_size=3072,
    num_hidden_layers=12, hidden_act="gelu_new", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    attn_implementation="eager",
)
model = AlbertForPreTraining(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():  # trained models have no zero biases and no gains of one
        parameter.add_(torch.randn_like(parameter) * 0.02)
model.save_pretrained(folder)

lengths = torch.tensor([96, 57, 20, 1])
columns = torch.arange(96)[None, :]
mask = (columns < lengths[:, None]).long()
mask[1, :4] = 0  # left padding
ids = torch.randint(5, config.vocab_size, mask.shape) * mask
types = ((columns >= 12) & (columns < lengths[:, None])).long()
inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
with torch.no_grad():
    answer = model.double()(**inputs, output_hidden_states=True)
outputs = {
    "last_hidden_state": answer.hidden_states[-1],
    "prediction_logits": answer.prediction_logits[:, :2].contiguous(),
    "sop_logits": answer.sop_logits,
}
save_file(inputs | outputs, folder + "/reference.safetensors")
