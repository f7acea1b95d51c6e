# Statements over several lines: inside brackets, or with a backslash.
def main():
    total = (1 +
             2 +
             3)
    product = 2 * \
        3 * \
        4
    print(total, product); print("two statements on one line")
    if total == 6: print("on the line of the if")


main()
