"""torch._dynamo.exc: what torch.compile raises."""


class TorchDynamoException(RuntimeError):
    pass


class ResetRequired(TorchDynamoException):
    pass


class InvalidBackend(TorchDynamoException):
    def __init__(self, name):
        super().__init__(f"Invalid backend: {name!r}, see `torch._dynamo.list_backends()` for available backends.")


class BackendCompilerFailed(TorchDynamoException):
    """A backend has raised an exception, which is its cause."""

    def __init__(self, backend_fn, inner_exception):
        self.backend_name = getattr(backend_fn, "__name__", "?")
        self.inner_exception = inner_exception
        super().__init__(f"backend={self.backend_name!r} raised:\n{type(inner_exception).__name__}: {inner_exception}")


class Unsupported(TorchDynamoException):
    """With fullgraph=True, a function that is no graph."""

    def __init__(self, msg):
        super().__init__(msg)
        self.msg = msg


class RecompileError(TorchDynamoException):
    pass


class FailOnRecompileLimitHit(TorchDynamoException):
    pass
