# Returns in every branch inside a loop.
def walk(program: str) -> int:
    position = 0
    for c in program:
        if c == "L":
            position -= 1
        elif c == "R":
            position += 1
        elif c == "S":
            return position * 100
        else:
            return -1
        if position == 3:
            return 3
    return position


def main():
    print([walk(p) for p in ["LRR", "RRRLLL", "LLS", "L?", ""]])


main()
