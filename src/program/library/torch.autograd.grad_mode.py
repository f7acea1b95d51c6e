import torch
from typing import Any


class no_grad:
    def __init__(self) -> None:
        self.prev = False

    def __enter__(self) -> None:
        self.prev = torch.is_grad_enabled()
        torch.set_grad_enabled(False)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        torch.set_grad_enabled(self.prev)


class enable_grad:
    def __init__(self) -> None:
        self.prev = False

    def __enter__(self) -> None:
        self.prev = torch.is_grad_enabled()
        torch.set_grad_enabled(True)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        torch.set_grad_enabled(self.prev)


# As no_grad: tensors have no inference mode of their own.
class inference_mode:
    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self.prev = False

    def __enter__(self) -> None:
        self.prev = torch.is_grad_enabled()
        torch.set_grad_enabled(self.prev and not self.mode)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        torch.set_grad_enabled(self.prev)


# Sets the mode at once; where it stands around a block or a function, until that ends.
class set_grad_enabled:
    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self.prev = torch.is_grad_enabled()
        self.decorates = False
        torch.set_grad_enabled(mode)

    def __call__(self) -> None:
        self.decorates = True
        torch.set_grad_enabled(self.prev)

    def __enter__(self) -> None:
        if self.decorates:
            self.prev = torch.is_grad_enabled()
        torch.set_grad_enabled(self.mode)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        torch.set_grad_enabled(self.prev)
