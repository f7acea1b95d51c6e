# A type comment behind each parameter, and (...) for all of them in the function's own.
def repeated(
    text,  # type: str
    times,  # type: int
    separator="-",  # type: str
):
    # type: (...) -> str
    out = text
    for i in range(times - 1):
        out += separator + text
    return out


def main():
    print(repeated("ab", 3))
    print(repeated("c", 2, "+"))


main()
