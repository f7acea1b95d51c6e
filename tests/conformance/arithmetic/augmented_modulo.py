# Extension: %= is % and then =; TorchScript's is math.fmod, which gives a float.
def main():
    x = 17
    x %= 5
    print(x, 17 % 5)


main()
