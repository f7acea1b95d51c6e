"""torch.utils.model_zoo: an older name of parts of wick.hub."""
from ..hub import load_state_dict_from_url as load_url  # noqa: F401

try:
    from tqdm.auto import tqdm  # noqa: F401
except ImportError:
    pass
