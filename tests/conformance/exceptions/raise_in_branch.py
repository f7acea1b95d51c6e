# What is not raised does no harm.
def check(n: int) -> int:
    if n < 0:
        raise ValueError("negative")
    return n


def main():
    print(check(3))


main()
