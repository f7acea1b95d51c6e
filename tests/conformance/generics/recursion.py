# Extension: a generic function that calls itself.
def gcd(a, b) -> int:
    if b == 0:
        return a
    return gcd(b, a % b)


print(gcd(48, 18), gcd(17, 5))
