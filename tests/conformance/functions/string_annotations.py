# Annotations written as strings.
def repeat(text: "str", times: "int") -> "str":
    out = text
    for _ in range(times - 1):
        out += text
    return out


def main():
    print(repeat("ab", 3))


main()
