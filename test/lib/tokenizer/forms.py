"""Makes forms.jsonl:  pip install tokenizers==0.22.2 && python forms.py

What the reference library answers for the other forms of tokenizer.json that this package reads: forms that transformers
writes for models of its own conversion, and changes of single steps. Each form is an edit of ../../golden/tokenizer/tokenizer.json;
forms.test.ts makes the same edits.
"""
import copy
import json
import pathlib
import random

from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
base = json.loads((HERE / "../../golden/tokenizer/tokenizer.json").read_text())
COLLAPSE = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
METASPACE = base["pre_tokenizer"]["pretokenizers"][1]
PLAIN = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}


def without(form, *types):
    form["normalizer"]["normalizers"] = [step for step in form["normalizer"]["normalizers"] if step["type"] not in types]


def spaces_only(form):
    """as transformers 4.57 converts a bare spiece.model"""
    form["normalizer"]["normalizers"].append(COLLAPSE)
    form["pre_tokenizer"] = METASPACE
    for id in range(5, 13):
        form["added_tokens"].append(PLAIN | {"id": id, "content": form["model"]["vocab"][id][0]})


def keep_accents(form):
    without(form, "NFKD", "StripAccents")


def keep_case(form):
    without(form, "Lowercase")


def no_charsmap(form):
    without(form, "Precompiled")


def bare_steps(form):
    """marks and spaces reach the pre-tokenizer as they are"""
    without(form, "NFKD", "StripAccents", "Lowercase", "Precompiled")
    form["pre_tokenizer"] = METASPACE


def more_tokens(form):
    form["added_tokens"][4]["rstrip"] = True
    form["added_tokens"] += [
        PLAIN | {"id": 30000, "content": "<new>", "lstrip": True, "rstrip": True},
        PLAIN | {"id": 30001, "content": "<new>x", "special": True},
        PLAIN | {"id": 30002, "content": "w\U0001f600", "rstrip": True, "special": True},
    ]


ATOMS = [*"aehlo tTHE  ''``\"-.,9(", "\u0001", "\u0002", "\x1b", "\x7f", "\r\n", "\r", "\n", "\t", "\0", "\u00a0", "\u0085", "\u2581", "\u2581", "  ", "\u0301",
         "\u0327", "\u200d", "\ufe0f", "\u07fd", "\u1df6", "\ufffd", "\u0600", "\U000110bd", "é", "É", "½", "\ufb03", "\ufdfa", "㌔", "한", "각", "か", "\u3099",
         "😀", "\U0001f3fd", "ꙮ", "the", "hello", "[MASK]", "[CLS]", "<pad>", "<PAD>", "<UNK>", "<new>", "<new>x", "w😀", "Σ", "İ", "ß", "ẞ", "中", "\u00ad",
         "\u200b", "\u0915", "\u093f", "\u094d", "ำ", "9,", "1990,000", "\u0344", "ᾳ", "™", "\u2028", "\u3000", "\u1100", "\u1161", "\u180e", "=", "\u0338",
         "A\u030a", "e\u0301", "o\u0308\u0304"]


def main():
    draw = random.Random(9)
    with open(HERE / "forms.jsonl", "w") as out:
        for edit in (spaces_only, keep_accents, keep_case, no_charsmap, bare_steps, more_tokens):
            form = copy.deepcopy(base)
            edit(form)
            tokenizer = Tokenizer.from_str(json.dumps(form))
            for _ in range(60):
                text = "".join(draw.choice(ATOMS) for _ in range(draw.randint(1, 12)))
                e = tokenizer.encode(text, add_special_tokens=False)
                case = dict(form=edit.__name__, text=text, ids=e.ids, tokens=e.tokens, offsets=e.offsets, decoded=tokenizer.decode(e.ids))
                out.write(json.dumps(case, separators=(",", ":")) + "\n")


main()
