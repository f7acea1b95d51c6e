"""dtypes that programs name, to compare with those of tensors and to look things up by: no tensor of wick has them."""


class NamedDtype:
    is_complex = False

    def __init__(self, name, itemsize, is_floating_point=False, is_signed=False):
        self._name = name
        self.itemsize = itemsize
        self.is_floating_point = is_floating_point
        self.is_signed = is_signed

    def __repr__(self):
        return f"torch.{self._name}"

    def __reduce__(self):
        return self._name


NAMES = {name: NamedDtype(name, itemsize, *kinds) for name, itemsize, *kinds in (
    ("float8_e5m2", 1, True, True), ("float8_e4m3fn", 1, True, True), ("float8_e5m2fnuz", 1, True, True), ("float8_e4m3fnuz", 1, True, True),
    ("float8_e8m0fnu", 1, True), ("float4_e2m1fn_x2", 1, True, True), ("complex32", 4), ("uint16", 2), ("uint32", 4), ("uint64", 8),
    ("qint8", 1), ("quint8", 1), ("qint32", 4), ("quint4x2", 1), ("quint2x4", 1), ("bits1x8", 1), ("bits2x4", 1), ("bits4x2", 1), ("bits8", 1), ("bits16", 2),
    *((f"int{bits}", 1, False, True) for bits in range(1, 8)), *((f"uint{bits}", 1) for bits in range(1, 8)))}
NAMES["complex32"].is_complex = NAMES["complex32"].is_signed = True
NAMES["chalf"], NAMES["bit"] = NAMES["complex32"], NAMES["uint1"]
for _dtype in NAMES.values():
    _dtype.__module__ = "wick"
globals().update(NAMES)
