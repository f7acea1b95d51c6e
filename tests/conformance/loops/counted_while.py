# The bounds are taken once: changing them inside changes nothing.
def main():
    n = 3
    turns = 0
    for _ in range(n):
        n += 10
        turns += 1
    print(turns, n)


main()
