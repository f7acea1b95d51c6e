# Numbers written in other bases, by hand and by the builtins.
def in_base(n: int, base: int) -> str:
    symbols = "0123456789abcdefghijklmnopqrstuvwxyz"
    if n == 0:
        return "0"
    text = ""
    negative = n < 0
    n = abs(n)
    while n > 0:
        text = symbols[n % base] + text
        n = n // base
    return "-" + text if negative else text


def main():
    print(in_base(255, 2), in_base(255, 16), in_base(-46655, 36), in_base(0, 7))
    print(hex(255), oct(8), bin(10), hex(-255), "0x" + in_base(48879, 16) == hex(48879))


main()
