# Where and what a tensor is, in flags.
import torch


def main():
    x = torch.ones(2)
    print(x.is_cpu, x.is_cuda, x.is_xla, x.is_mps, x.is_mtia, x.is_maia, x.is_meta)
    print(x.is_leaf, x.is_sparse, x.is_quantized, x.is_nested)


main()
