# Extension: one text for numbers, strings and lists.
def add(a, b):
    return a + b


def fancy_func(a, b, c, d):
    e = add(a, b)
    f = add(c, d)
    return add(e, f)


print(fancy_func(1, 2, 3, 4))
print(fancy_func("a", "b", "c", "d"))
print(fancy_func([1], [2], [3], [4, 5]))
