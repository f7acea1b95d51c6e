# A raw f-string keeps its backslashes.
def main():
    n = 2
    print(rf"\d{n}\n", fr"{n}\t")


main()
