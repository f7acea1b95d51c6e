# A comprehension inside a comprehension.
def main():
    print([[i * j for j in range(1, 4)] for i in range(1, 4)])
    print([sum([k for k in range(n)]) for n in range(6)])


main()
