# Numbers with a point or an exponent; TorchScript writes whole ones with a point and no zero.
# TorchScript: prints 1. where Python prints 1.0.
def main():
    print(1.0, .5, 2., 1e3, 1.5e-3, 2.5E2, 1_0.2_5)
    print(-0.0, 1e10, 123456789.0)


main()
