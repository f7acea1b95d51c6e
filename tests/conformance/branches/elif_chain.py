# A chain of conditions.
# TorchScript: text inside containers prints without quotes.
def grade(points: int) -> str:
    if points >= 90:
        return "A"
    elif points >= 75:
        return "B"
    elif points >= 60:
        return "C"
    else:
        return "F"


def main():
    print([grade(p) for p in [95, 90, 80, 60, 59]])


main()
