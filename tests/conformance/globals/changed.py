# Extension: a function sees what the constant is when it is called.
STEP = 1


def advance(x: int) -> int:
    return x + STEP


print(advance(10))
STEP = 5
print(advance(10))
