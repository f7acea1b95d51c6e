"""torch._dynamo.testing: backends that count what they are given."""
from .explaining import _ops


class CompileCounter:
    def __init__(self):
        self.clear()

    def clear(self):
        self.frame_count = self.op_count = 0

    def __call__(self, gm, example_inputs):
        self.frame_count += 1
        self.op_count += len(_ops(gm.graph))
        return gm.forward


class EagerAndRecordGraphs:
    def __init__(self):
        self.graphs = []

    def __call__(self, gm, example_inputs):
        self.graphs.append(gm)
        return gm.forward
