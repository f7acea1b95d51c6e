# A table of text, aligned.
def main():
    for name, price in zip(["apple", "fig", "cantaloupe"], [120, 7, 35]):
        print("|" + name.ljust(12) + "|" + str(price).rjust(5) + "|" + str(price).zfill(5) + "|" + name[:3].center(7, "*") + "|")


main()
