# Extension: plain functions with try, nested functions and globals run as Python runs them.
def parsed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1


def total(texts):
    result = 0
    for text in texts:
        result += parsed(text)
    return result


def counter(start):
    def up(by):
        return start + by

    return up


calls = 0


def called():
    global calls
    calls += 1
    return calls


print(parsed("12"), parsed("x"), total(["1", "y", "3"]))
print(counter(10)(5))
called()
print(called(), calls)
for i in range(3):
    if i == 7:
        break
else:
    print("no break")
