# Of two, of lists, of floats.
def main():
    print(min(3, 2), max(3, 2), min([4, 1, 9]), max([4, 1, 9]))
    print("%f %f" % (min(2.5, 1.0), max([0.5, 0.75])))


main()
