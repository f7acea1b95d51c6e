# pop, remove, del, clear.
def main():
    xs = [5, 6, 7, 8, 9, 6]
    print(xs.pop(), xs.pop(0), xs.pop(-2), xs)
    xs.remove(6)
    print(xs)
    del xs[0]
    print(xs)
    xs.clear()
    print(xs, len(xs))


main()
