# Extension: results of generic functions have types of their own.
def pair(a, b):
    return (a, b)


def swap(p):
    return (p[1], p[0])


print(pair(1, "x"), swap(pair(1, "x")), swap(swap(pair([1], True))))
