# is and is not.
def main():
    a = [1]
    b = a
    print(a is b, a is not b, a is [1], None is None)


main()
