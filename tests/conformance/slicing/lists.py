# All forms of slices of lists.
def main():
    xs = [0, 1, 2, 3, 4, 5, 6, 7]
    print(xs[2:5], xs[:3], xs[5:], xs[:], xs[-3:], xs[:-5], xs[-4:-2])
    print(xs[::2], xs[1::3], xs[6:2:-1], xs[::-2], xs[5:100], xs[5:2])


main()
