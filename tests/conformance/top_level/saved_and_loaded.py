# Extension: torch.save and torch.load, torch.jit.save and torch.jit.load.
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))
        self.calls = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return x * self.weight + self.calls


torch.save({"a": torch.arange(3), "n": [1, 2], "text": "x"}, "/tmp/wick_conformance_saved.pt")
loaded = torch.load("/tmp/wick_conformance_saved.pt")
print(loaded["a"].sum().item(), loaded["n"], loaded["text"])

scripted = torch.jit.script(Net())
torch.jit.save(scripted, "/tmp/wick_conformance_net.pt")
again = torch.jit.load("/tmp/wick_conformance_net.pt")
print(again(torch.ones(2)).tolist(), again(torch.ones(2)).tolist(), again.calls)
other = Net()
other.load_state_dict(again.state_dict())
print(other(torch.zeros(2)).tolist())
try:
    torch.load("/tmp/wick_conformance_no_such_file.pt")
except FileNotFoundError:
    print("no file")
