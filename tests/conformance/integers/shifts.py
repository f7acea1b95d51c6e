# A shift register, and numbers packed into one.
def step(state: int) -> int:
    bit = (state ^ (state >> 2) ^ (state >> 3) ^ (state >> 5)) & 1
    return (state >> 1) | (bit << 15)


def main():
    state = 0xACE1
    for _ in range(5):
        state = step(state)
        print(hex(state))
    packed = (200 << 16) | (100 << 8) | 50
    print(packed, packed >> 16, (packed >> 8) & 0xFF, packed & 0xFF)


main()
