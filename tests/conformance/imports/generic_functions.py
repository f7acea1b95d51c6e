# Extension: generic functions of another file, and a file that is not there.
import helpers
from helpers import shapes

print(shapes.pair(1, 2), shapes.pair("a", "b"), helpers.shapes.UNIT)
try:
    import no_such_file_here
except ImportError:
    print("not there")
