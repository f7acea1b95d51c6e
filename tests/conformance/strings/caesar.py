# Caesar's cipher, there and back.
def shift(text: str, by: int) -> str:
    out = ""
    for c in text:
        if c.isalpha():
            base = ord("a") if c.islower() else ord("A")
            out += chr((ord(c) - base + by) % 26 + base)
        else:
            out += c
    return out


def main():
    secret = shift("Attack at Dawn!", 3)
    print(secret)
    print(shift(secret, -3))


main()
