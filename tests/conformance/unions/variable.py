# One variable, two types.
from typing import Union


def parse(text: str) -> Union[int, str]:
    if text.isdigit():
        return int(text)
    return text


def main():
    for text in ["12", "ab", "7"]:
        value = parse(text)
        if isinstance(value, int):
            print("number", value + 1)
        else:
            print("text", value + "1")


main()
