# A whole number beside a float becomes a float.
def main():
    print("%f %f %f" % (1 + 0.5, 3 * 1.5, 7 - 0.25))
    print(1 == 1.0, 2 < 2.5, 3 >= 3.0, 7.5 // 2 == 3.0, -7.5 % 2 == 0.5)
    total = 0.0
    for i in range(4):
        total += i
    print(int(total))


main()
