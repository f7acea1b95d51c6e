# Extension: a parameter without annotation takes whatever comes; each type has an instance of its own.
def identity(x):
    return x


print(identity(1), identity("one"), identity(True), identity([1, 2]), identity((1, "x")))
