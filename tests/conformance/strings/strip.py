# Taking characters from the ends.
def main():
    print("[" + "  padded ".strip() + "]", "[" + "  padded ".lstrip() + "]", "[" + "  padded ".rstrip() + "]")
    print("xxhixx".strip("x"), "xyhixy".lstrip("xy"), "hello!!".rstrip("!"))


main()
