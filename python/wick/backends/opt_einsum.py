"""torch.backends.opt_einsum: einsum multiplies from the left to the right."""
enabled = False
strategy = None


def is_available():
    return False
