# Modules that are compiled when they are made: in a program, modules as any other.
from torch.nn.modules.module import Module


class ScriptModule(Module):
    pass
