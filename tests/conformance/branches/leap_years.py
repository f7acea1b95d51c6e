# The calendar's rules in one condition.
def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def day_of_week(year: int, month: int, day: int) -> str:
    names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    if month < 3:
        year -= 1
    return names[(year + year // 4 - year // 100 + year // 400 + offsets[month - 1] + day) % 7]


def main():
    print([is_leap(y) for y in [1900, 2000, 2023, 2024, 2100]])
    print(day_of_week(1969, 7, 20), day_of_week(2000, 1, 1), day_of_week(2024, 2, 29))


main()
