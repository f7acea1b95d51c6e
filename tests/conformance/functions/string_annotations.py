# Annotations written as strings.
def repeat(text: "str", times: "int") -> "str":
    return text * times


def main():
    print(repeat("ab", 3))


main()
