# A warning goes to the error output.
import warnings


def main():
    warnings.warn("careful")
    print("done")


main()
