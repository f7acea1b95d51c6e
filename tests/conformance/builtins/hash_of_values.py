# Equal values have equal hashes.
def main():
    print(hash("a" + "b") == hash("ab"), hash(1) == hash(1))


main()
