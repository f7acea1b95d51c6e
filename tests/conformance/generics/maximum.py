# Extension: the element type of a list follows from the call.
def maximum(xs):
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    return best


print(maximum([3, 9, 4]), maximum(["pear", "quince", "fig"]))
