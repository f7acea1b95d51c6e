"""How often each word of a text occurs."""
from typing import Dict, List


def text(n: int) -> str:
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi"]
    state = 12345
    out: List[str] = []
    for i in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        out.append(names[state // 65536 % len(names)] + str(state // 4096 % 7))
    return " ".join(out)


def run(n: int) -> int:
    counts: Dict[str, int] = {}
    for word in text(n).split():
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    best = ""
    for word, count in counts.items():
        if best == "" or count > counts[best]:
            best = word
    return counts[best] * len(counts)
