# Extension: the instance decides which branch is typed.
def describe(x):
    if isinstance(x, int):
        return x + 1
    else:
        return x


print(describe(1), describe("text"))
