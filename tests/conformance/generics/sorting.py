# Extension: quicksort of whatever can be compared.
def less(xs, pivot):
    return [x for x in xs if x < pivot]


def not_less(xs, pivot):
    return [x for x in xs if x >= pivot]


def partition_once(xs):
    return less(xs[1:], xs[0]) + [xs[0]] + not_less(xs[1:], xs[0])


print(partition_once([5, 3, 8, 1, 9]), partition_once(["m", "z", "a", "q"]))
