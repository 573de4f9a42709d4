"""Makes unicode-table.ts:  pip install tokenizers==0.22.2 && python unicode-table.py > unicode-table.ts  (three minutes)

The tables are not taken from a Unicode release. The reference library is asked about every code point, because its own
tables come from several releases; whatever it answers is right by definition.
"""
import struct

import tokenizers
from tokenizers import normalizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic in unicode.ts


def number(n):
    digits = ""
    while True:
        n, r = divmod(n, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[r] + digits
        if not n:
            return digits


def mappings(mapping):
    """`gap:to.to` for one code point, `gap*n:to` for n with the same image, `gap+n:to` for n in step,
    `gap%n:to` for every second one of n in step; gap counts from the end of the entry before"""
    out, end, keys, i = [], 0, sorted(mapping), 0
    while i < len(keys):
        c, to = keys[i], mapping[keys[i]]

        def length(step, same):
            n = 1
            while i + n < len(keys) and keys[i + n] == c + n * step and mapping[keys[i + n]] == (to if same else [to[0] + n * step]):
                n += 1
            return n

        n = [("*", length(1, True), 1), ("+", length(1, False) if len(to) == 1 else 1, 1), ("%", length(2, False) if len(to) == 1 else 1, 2)]
        mark, count, step = max(n, key=lambda x: x[1])
        out.append(number(c - end) + (mark + number(count) if count > 1 else "") + ":" + ".".join(map(number, to)))
        end, i = c + (count - 1) * step + 1, i + count
    return out


def ranges(points):
    """`gap` for one code point, `gap+n` for n in a row"""
    return [e[:-1] for e in mappings({c: [] for c in points})]


def charsmap(key):
    """the reference's Precompiled normalizer with one rule, key -> '!': a double array in blocks of 256, one block a byte"""
    key = key.encode()
    units = [0] * (256 * (len(key) + 2))
    at = 0
    for i, byte in enumerate(key):
        block = 256 * (i + 1)
        units[at] |= (at ^ block) << 10
        at = block + byte
        units[at] |= byte
    block = 256 * (len(key) + 1)
    units[at] |= (at ^ block) << 10 | 256
    units[block] = 1 << 31
    trie = struct.pack(f"<{len(units)}I", *units)
    return normalizers.Precompiled(struct.pack("<I", len(trie)) + trie + b"!\0").normalize_str


def main():
    nfkd, strip, lower = normalizers.NFKD().normalize_str, normalizers.StripAccents().normalize_str, normalizers.Lowercase().normalize_str
    codes = lambda text: [ord(c) for c in text]
    decomposed = {c: codes(strip(nfkd(chr(c)))) for c in POINTS if c not in HANGUL}
    lowered = {c: codes(lower(chr(c))) for c in POINTS}
    # Grapheme clusters: a rule on the cluster's first character swallows what belongs to the cluster.
    after_a = charsmap("a")
    joiners = [c for c in POINTS if after_a("a" + chr(c)) == "!"]
    prepends = [c for c in POINTS if c and c != 0x61 and charsmap(chr(c))(chr(c) + "a") == "!"]
    # U+0000 ends a key in the reference and cannot be asked; Unicode has it as Control.
    controls = [c for c in POINTS if c < 0x10000 and (c == 0 or charsmap(chr(c))(chr(c) + "\u0301") == "!\u0301")]

    print(f"""// Fixed Unicode tables of the text normaliser, made by unicode-table.py from tokenizers {tokenizers.__version__}; do not edit.
// Left out: Hangul syllables, which unicode.ts decomposes by arithmetic. The notation is explained in unicode-table.py; numbers are base 36.""")
    table("NFKD followed by the removal of combining marks", "decompositions", mappings({c: t for c, t in decomposed.items() if t != [c]}))
    table("Lower case of single code points", "lowerCase", mappings({c: t for c, t in lowered.items() if t != [c]}))
    table("Joins the grapheme cluster before it: Extend, SpacingMark, ZWJ", "joiners", ranges(joiners))
    table("Joins the grapheme cluster after it: Prepend", "prepends", ranges(prepends))
    table("Always a grapheme cluster of its own: Control, CR, LF (below U+10000)", "controls", ranges(controls))
    table("Python's str.isdigit: decides which pieces of a spiece.model get the digit-comma penalty", "digits", ranges(c for c in POINTS if chr(c).isdigit()))


def table(about, name, entries):
    lines = [""]
    for e in entries:
        if len(lines[-1]) + len(e) > 115:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + e
    print(f"\n/** {about}. */\nexport const {name} = `\n" + "\n".join(lines) + "\n`")


main()
