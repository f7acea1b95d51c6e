# De Morgan's laws, over all cases.
def main():
    holds = True
    for a in [True, False]:
        for b in [True, False]:
            holds = holds and (not (a and b)) == (not a or not b)
            holds = holds and (not (a or b)) == (not a and not b)
    print(holds)


main()
