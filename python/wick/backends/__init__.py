"""Switches of torch.backends: those that the texts of torch.nn ask for, and those that programs set."""
from . import cuda, cudnn, mha, mkl, mkldnn, mps, openmp, opt_einsum
