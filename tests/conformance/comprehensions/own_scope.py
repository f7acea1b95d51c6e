# The variable of a comprehension is its own.
def main():
    i = 100
    xs = [i * 2 for i in range(3)]
    print(i, xs)


main()
