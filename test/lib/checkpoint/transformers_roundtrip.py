"""Loads each saved folder into its class of transformers and saves it again as FOLDER/again.
usage: python transformers_roundtrip.py FOLDER ...     (needs torch and transformers; run by transformers.test.ts)
Ends with an error where anything is missing, unexpected or of another shape."""
import json
import sys
from pathlib import Path

import transformers

for folder in map(Path, sys.argv[1:]):
    config = json.loads((folder / "config.json").read_text())
    kind = getattr(transformers, config["architectures"][0])
    model, info = kind.from_pretrained(folder, dtype="auto", output_loading_info=True)
    wrong = {name: sorted(map(str, tensors)) for name, tensors in info.items() if tensors}
    if wrong:
        sys.exit(f"{folder} {kind.__name__}: {wrong}")
    model.save_pretrained(folder / "again")
