# reverse in place, and a reversed slice.
def main():
    xs = [1, 2, 3, 4]
    ys = xs[::-1]
    xs.reverse()
    print(xs, ys, xs == ys)


main()
