"""torch.jit.annotations: what stands for a list of numbers, for which one number may be given."""
from typing import Dict, List, Optional, Tuple, Union  # noqa: F401


class _BroadcastingList:
    def __getitem__(self, types):
        return


BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = BroadcastingList4 = BroadcastingList5 = BroadcastingList6 = _BroadcastingList()
