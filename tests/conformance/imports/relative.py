# Extension: files of a folder that import each other by their place. (In PyTorch constants of files are no values.)
import packages
from packages.inner.texts import limit, shown

print(packages.doubled(4), shown(3), limit())
try:
    from . import packages as beside
except ImportError as error:
    print(error)
