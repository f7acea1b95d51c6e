# Run-length encoding and decoding.
def encode(text: str) -> str:
    out = ""
    i = 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] == text[i]:
            j += 1
        out += str(j - i) + text[i]
        i = j
    return out


def decode(code: str) -> str:
    out = ""
    count = 0
    for c in code:
        if c.isdigit():
            count = count * 10 + int(c)
        else:
            for _ in range(count):
                out += c
            count = 0
    return out


def main():
    text = "aaabccddddddddddddx"
    print(encode(text))
    print(decode(encode(text)) == text)


main()
