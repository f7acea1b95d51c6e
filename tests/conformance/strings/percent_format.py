# The % operator of strings.
def main():
    print("%d items" % 3, "%s and %s" % ("this", "that"))
    print("%f %e" % (2.5, 1234.5), "%i" % 42)
    print("100%% of %s" % "it")


main()
