# Whether attention may use its operator for inference.


def get_fastpath_enabled() -> bool:
    return True
