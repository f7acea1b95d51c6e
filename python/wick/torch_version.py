"""torch.torch_version: versions that are compared as such."""
import re

_FORM = re.compile(r"\s*v?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?(?:[-_.]?(?:post|rev|r)[-_.]?(\d+))?"
                   r"(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9._-]+))?\s*", re.IGNORECASE)
_PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}


def _key(version):
    """What versions are ordered by (PEP 440), or None for a text that is none."""
    parts = _FORM.fullmatch(".".join(map(str, version)) if isinstance(version, (tuple, list)) else str(version))
    if not parts:
        return None
    release, phase, number, post, dev, dev_number, local = parts.groups()
    numbers = list(map(int, release.split(".")))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    rank = _PHASES[phase.lower()] if phase else -1 if dev and post is None else 3
    local = [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"[._-]", local.lower())] if local else []
    return (numbers, rank, int(number or 0), -1 if post is None else int(post), int(dev_number or 0) if dev else float("inf"), local)


class TorchVersion(str):
    """A text that is ordered as versions are: "2.13.0" comes after "2.2", and after (2, 2)."""

    def __eq__(self, other):
        one, two = _key(str(self)), _key(other)
        return str(self) == other if one is None or two is None else one == two

    def __lt__(self, other):
        one, two = _key(str(self)), _key(other)
        return str(self) < other if one is None or two is None else one < two

    # str has its own of these.
    def __le__(self, other):
        return self < other or self == other

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    __hash__ = str.__hash__
