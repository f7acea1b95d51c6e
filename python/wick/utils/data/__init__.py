"""torch.utils.data: data sets, the order in which their items are drawn, and batches made of them by worker threads."""
from ..._aliases import make_modules
from .collate import default_collate, default_convert
from ._fetch import get_worker_info
from .dataloader import DataLoader
from .dataset import ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, random_split
from .distributed import DistributedSampler
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler

__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "DistributedSampler", "IterableDataset", "RandomSampler",
    "Sampler", "SequentialSampler", "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler",
    "default_collate", "default_convert", "get_worker_info", "random_split",
]

make_modules(__name__, {"_utils": ""}, {})
_utils.__path__ = []  # noqa: F821 (a package)
make_modules(f"{__name__}._utils", {"collate": "default_collate default_convert", "worker": "get_worker_info"}, globals())
