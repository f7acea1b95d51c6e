# hex, oct, bin.
def main():
    print(hex(255), oct(64), bin(5), hex(0), bin(-3))


main()
