# Assertions that hold, with and without a message.
def main():
    x = 4
    assert x == 4
    assert x > 0, "x must be positive"
    assert len([1]) == 1, f"not {x}"
    print("all hold")


main()
