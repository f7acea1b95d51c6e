# Parsing "key = value" lines.
# TorchScript: text inside containers prints without quotes.
from typing import Dict


def parse(text: str) -> Dict[str, str]:
    settings: Dict[str, str] = {}
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator == "=":
            settings[key.strip()] = value.strip()
    return settings


def main():
    print(parse("name = wick\nversion=1\nno value here\nurl = a=b"))
    print("a.b.c".rpartition("."), "abc".partition("-"))


main()
