def shout(text):
    return text.upper()


def first(xs):
    return xs[0]
