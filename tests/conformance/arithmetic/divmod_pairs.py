# divmod gives quotient and remainder together.
def as_clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m {rest}s"


def main():
    print(as_clock(3725), as_clock(59), as_clock(86399))
    print(divmod(-7, 3), divmod(7, -3))


main()
