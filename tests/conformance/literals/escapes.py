# Escapes of strings.
def main():
    print("tab[\t] quote[\'\"] backslash[\\]")
    print("line\nbreak")
    print("\x41\x42\103")
    print(len("\n\t\\"))


main()
