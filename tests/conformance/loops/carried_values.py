# Values that a loop carries from turn to turn.
def main():
    a, b, c = 0, 1, "start"
    for i in range(6):
        a, b = b, a + b
        c = str(a) + ("<" if len(c) < 10 else "") + c
    print(a, b, c)


main()
