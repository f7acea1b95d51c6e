# Extension: functions of math that are no operators, outside of what is compiled.
import math

print(math.log2(8.0), math.exp2(3), round(math.cbrt(27.0), 6), math.trunc(-2.7))
print(math.isqrt(17), math.isqrt(16), math.comb(6, 2), math.perm(5, 2), math.lcm(4, 6, 10))
print(math.hypot(3.0, 4.0), math.dist([1.0, 2.0], [4.0, 6.0]))
print(math.prod([2, 3, 4]), math.prod([1.5, 2], start=2), math.fsum([0.1] * 10))
print(math.isclose(1.0, 1.0 + 1e-12), math.isclose(1.0, 1.1), math.isclose(0.0, 1e-12, abs_tol=1e-9))
print(math.nextafter(1.0, 2.0) > 1.0, math.ulp(1.0))
x = 7
print(f"{x=} {x * 2 = } {x=:03d}")
