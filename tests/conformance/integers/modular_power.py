# Powers modulo a number, by squaring; a test of primes built on them.
def power(base: int, exponent: int, modulus: int) -> int:
    result = 1
    base = base % modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


def is_prime(n: int) -> bool:
    if n < 2:
        return False
    for p in [2, 3, 5, 7, 11]:
        if n % p == 0:
            return n == p
    d = n - 1
    r = 0
    while d % 2 == 0:
        d = d // 2
        r += 1
    for a in [2, 3, 5, 7, 11]:
        x = power(a, d, n)
        if x == 1 or x == n - 1:
            continue
        composite = True
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                composite = False
                break
        if composite:
            return False
    return True


def main():
    print(power(3, 200, 1000007), power(2, 10, 1000))
    print([is_prime(n) for n in range(95, 105)], is_prime(104729), is_prime(104730))


main()
