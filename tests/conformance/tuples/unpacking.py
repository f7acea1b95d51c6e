# Taking tuples apart, nested ones too.
def main():
    a, b = 1, "two"
    (c, d), e = (3, 4), [5]
    print(a, b, c, d, e)
    a, c = c, a
    print(a, c)


main()
