# What two texts have in common.
from typing import List


def common(a: str, b: str) -> str:
    table: List[List[str]] = [["" for _ in range(len(b) + 1)] for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j]:
                table[i + 1][j + 1] = table[i][j] + a[i]
            elif len(table[i][j + 1]) >= len(table[i + 1][j]):
                table[i + 1][j + 1] = table[i][j + 1]
            else:
                table[i + 1][j + 1] = table[i + 1][j]
    return table[len(a)][len(b)]


def main():
    print(common("AGGTABQ", "GXTXAYBQ"), common("torchscript", "typescript"))


main()
