# // and % round to minus infinity, whatever the signs.
def main():
    for a in [7, -7]:
        for b in [2, -2, 3, -3]:
            print(a, b, a // b, a % b, (a // b) * b + a % b == a)


main()
