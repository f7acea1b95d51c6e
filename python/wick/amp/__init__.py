"""torch.amp: automatic mixed precision. On the CPU it casts; what is meant for a device that is absent is disabled, as PyTorch does."""
from .autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
