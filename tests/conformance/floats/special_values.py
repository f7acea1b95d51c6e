# Infinity and not-a-number.
def main():
    inf = float("inf")
    nan = float("nan")
    print(inf > 1e308, -inf < 0, inf == inf, nan == nan, nan != nan)
    print(inf - 1 == inf, 1 / inf == 0, str(inf), str(-inf))


main()
