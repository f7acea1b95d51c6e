# A table by two loops.
def main():
    for a in range(1, 5):
        print(" ".join([str(a * b).rjust(2) for b in range(1, 10)]))


main()
