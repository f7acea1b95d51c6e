"""What PyTorch remembers of all that it has compiled in a process."""
import torch


def forget():
    """As if PyTorch had compiled nothing yet: names, and the names of values in texts, depend on what came before."""
    torch._C._jit_clear_class_registry()
    torch.jit._recursive.concrete_type_store = torch.jit._recursive.ConcreteTypeStore()
    torch.jit._state._clear_class_state()
    torch.jit._state._python_cu.drop_all_functions()
