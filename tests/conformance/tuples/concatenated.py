# + joins tuples of any types.
def main():
    a = (1, "x")
    b = a + (True,)
    print(b, len(b), (1,) + (2,) + (3,))


main()
