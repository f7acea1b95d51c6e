# ord and chr.
def main():
    print(ord("A"), chr(97), "".join([chr(ord("a") + i) for i in range(26)]))


main()
