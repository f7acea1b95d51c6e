# / of whole numbers is a float.
def main():
    print("%f %f %f" % (7 / 2, -7 / 2, 1 / 3))
    half: float = 1 / 2
    print(half == 0.5, int(9 / 2), 3 / 3 == 1)


main()
