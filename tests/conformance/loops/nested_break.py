# break leaves the inner loop only.
def main():
    for a in range(1, 6):
        row = ""
        for b in range(1, 6):
            if a * b > 10:
                row += "!"
                break
            row += str(a * b) + " "
        print(row)


main()
