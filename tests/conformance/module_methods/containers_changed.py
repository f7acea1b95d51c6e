# Extension: containers of modules that change before they are compiled.
import torch
from torch import nn

layers = nn.ModuleList([nn.ReLU()])
layers += [nn.Identity(), nn.Tanh()]
layers[0] = nn.Identity()
layers.insert(1, nn.ReLU())
removed = layers.pop(-1)
net = nn.Sequential(nn.ReLU()) + nn.Sequential(nn.Identity(), nn.ReLU())
del net[1]
named = nn.ModuleDict({"a": nn.ReLU()})
named["b"] = nn.Identity()
popped = named.pop("a")
weights = nn.ParameterList([nn.Parameter(torch.ones(2))])
weights += [nn.Parameter(torch.zeros(3))]
print(len(layers), len(net), len(named), len(weights), net(torch.tensor([-1.0, 2.0])).tolist())
print([name for name, parameter in weights.named_parameters()], "b" in named)
