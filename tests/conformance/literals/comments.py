# Comments stand anywhere; a string alone is a statement that does nothing.
def main():
    """What the function does."""
    # a comment line
    x = 1  # behind a statement
    "a string alone"
        # indented otherwise
    if x == 1:
# at the margin
        print("# not a comment")


main()
