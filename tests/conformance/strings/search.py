# Finding pieces of text.
def main():
    s = "abracadabra"
    print(s.find("bra"), s.find("bra", 2), s.rfind("bra"), s.find("zzz"), s.index("cad"))
    print(s.count("a"), s.count("abra"), s.startswith("abra"), s.endswith("bra"), s.startswith("bra"))
    print("cad" in s, "dac" in s, "dac" not in s)


main()
