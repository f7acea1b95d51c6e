# An exception ends the program.
def parse(text: str) -> int:
    if not text.isdigit():
        raise ValueError("not a number: " + text)
    return int(text)


def main():
    for word in ["1", "22", "x3", "4"]:
        print(parse(word))


main()
