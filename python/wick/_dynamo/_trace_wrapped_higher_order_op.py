"""What makes tensors that index others usable inside of vmap, where they are: nothing is needed for that here."""
import contextlib


class TransformGetItemToIndex(contextlib.nullcontext):
    pass
