# Extension: some parameters are annotated, some are not.
def repeat(x, times: int):
    out = [x]
    for _ in range(times - 1):
        out.append(x)
    return out


print(repeat("a", 3), repeat(7, 2), repeat((1, 2), 1))
