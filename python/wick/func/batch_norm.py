"""Batch normalisation inside of vmap."""
import wick


def replace_all_batch_norm_modules_(root):
    """Takes their running statistics from all batch normalisations of the module, in place, so that they always use the batch's own:
    inside of vmap there is nothing that all samples could write to."""
    for module in root.modules():
        if isinstance(module, wick.nn.modules.batchnorm._BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
