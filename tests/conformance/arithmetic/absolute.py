# abs of whole numbers and floats.
def main():
    print(abs(-5), abs(5), abs(0), "%f" % abs(-2.5))
    print(sum([abs(x) for x in [-1, 2, -3]]))


main()
