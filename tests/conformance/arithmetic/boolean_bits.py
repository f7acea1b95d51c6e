# &, | and ^ of bools.
def main():
    for a in [True, False]:
        for b in [True, False]:
            print(a, b, a & b, a | b, a ^ b, a == b, a != b)


main()
