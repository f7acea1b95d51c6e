# The edit distance of two words.
def distance(a: str, b: str) -> int:
    row = [i for i in range(len(b) + 1)]
    for i in range(len(a)):
        previous = row[0]
        row[0] = i + 1
        for j in range(len(b)):
            cost = previous if a[i] == b[j] else previous + 1
            previous = row[j + 1]
            row[j + 1] = min(cost, min(row[j + 1] + 1, row[j] + 1))
    return row[-1]


def main():
    print(distance("kitten", "sitting"), distance("flaw", "lawn"), distance("", "abc"), distance("same", "same"))


main()
