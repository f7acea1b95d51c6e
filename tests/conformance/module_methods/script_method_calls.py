# Methods with tuples, lists and Optionals in their signatures.
import torch
from torch import nn
from typing import List, Optional, Tuple


class Main(nn.Module):
    def stats(self, xs: List[int], skip: Optional[int] = None) -> Tuple[int, int]:
        total, count = 0, 0
        for x in xs:
            if skip is not None:
                if x == skip:
                    continue
            total += x
            count += 1
        return total, count

    def forward(self):
        print(self.stats([1, 2, 3]), self.stats([1, 2, 3], skip=2))


Main()()
