# Extension: dicts and lists of anything.
def count(items):
    counts = {items[0]: 0}
    for item in items:
        if item in counts:
            counts[item] += 1
        else:
            counts[item] = 1
    return counts


print(count(["a", "b", "a"]), count([3, 3, 1]))
