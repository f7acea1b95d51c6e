# int, float, bool, str, abs, round, divmod, pow.
def main():
    print(int(2.9), int("12"), float("0.5") == 0.5, bool(3), str(5) + "!", abs(-4), divmod(17, 5))


main()
