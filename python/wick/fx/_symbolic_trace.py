"""torch.fx._symbolic_trace."""


def is_fx_tracing():
    return False
