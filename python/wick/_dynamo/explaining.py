"""torch._dynamo.explain: what torch.compile would make of a function."""
import dataclasses
import typing

import wick
from wick.utils import _pytree


@dataclasses.dataclass
class ExplainOutput:
    graphs: list
    graph_count: int
    graph_break_count: int
    break_reasons: list
    op_count: int
    ops_per_graph: typing.Optional[list] = None
    out_guards: typing.Optional[list] = None
    compile_times: typing.Optional[str] = None

    def __str__(self):
        lines = [f"Graph Count: {self.graph_count}", f"Graph Break Count: {self.graph_break_count}", f"Op Count: {self.op_count}", "Break Reasons:"]
        for number, reason in enumerate(self.break_reasons, 1):
            lines += [f"  Break Reason {number}:", f"    Reason: {reason}"]
        lines.append("Ops per Graph:")
        for number, ops in enumerate(self.ops_per_graph or [], 1):
            lines += [f"  Ops {number}:", *(f"    {op}" for op in ops)]
        return "\n".join(lines) + "\n"


def _ops(graph):
    return [node.target for node in graph.nodes if node.op in ("call_function", "call_method", "call_module")]


def explain(f, *extra_args, **extra_kwargs):
    """explain(f)(*args): the graph of the call, or why there is none."""
    def inner(*args, **kwargs):
        from .eval_frame import _trace

        function = getattr(f, "_torchdynamo_orig_callable", f)
        module = function if isinstance(function, wick.nn.Module) else None
        leaves, spec = _pytree.tree_flatten((args, kwargs))
        try:
            graph_module, _ = _trace(function, module, leaves, spec)
        except Exception as error:
            return ExplainOutput([], 0, 1, [str(error)], 0, [], [], "")
        ops = _ops(graph_module.graph)
        return ExplainOutput([graph_module], 1, 0, [], len(ops), [ops], [], "")

    return inner(*extra_args, **extra_kwargs) if extra_args or extra_kwargs else inner
