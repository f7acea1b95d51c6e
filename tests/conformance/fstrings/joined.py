# f-strings beside plain strings.
def main():
    name = "ada"
    print("plain " f"{name} " 'again ' f"{len(name)}")
    print(f'{name}' + "!" + f"""{name}
{name}""")


main()
