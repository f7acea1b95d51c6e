# Extension: repr() of a dataclass at top level; comparison of fields that may be None.
from dataclasses import dataclass
from typing import Optional


@dataclass
class Point:
    x: int
    y: int = 2
    name: str = "p"


@dataclass(order=True)
class Version:
    major: int
    tag: Optional[int] = None


def compared():
    print(Version(1) == Version(1), Version(1, 2) == Version(1), Version(1, 2) < Version(1, 3), Version(2) >= Version(1))


compared()
print(Point(1), [Point(3, 4)])
