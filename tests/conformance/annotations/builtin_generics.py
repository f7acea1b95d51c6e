# list, dict and tuple as types.
# TorchScript: text inside containers prints without quotes.
def index(words: list[str]) -> dict[str, tuple[int, int]]:
    out: dict[str, tuple[int, int]] = {}
    for i, word in enumerate(words):
        out[word] = (i, len(word))
    return out


def main():
    print(index(["ab", "cde"]))


main()
