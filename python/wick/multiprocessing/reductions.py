"""How tensors go from process to process: through blocks of shared memory, which are files without a name.

A block is known by its descriptor; who has it maps the same memory. It goes with the last process that has it open.
"""
import mmap
import multiprocessing.reduction
import os
import tempfile
import weakref

from .. import _wick
from .._subclass import _rebuild_from_type_v2
from .._wick import Tensor

# What is smaller goes through the pipe, like other objects.
_SMALL = 1 << 16

# The blocks that tensors of this process lie in: by their address, the descriptor and the size.
_blocks = {}


def new_block(size):
    """A descriptor, which the caller closes, and the memory."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("wick", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor, open_block(descriptor, size)


def open_block(descriptor, size):
    return mmap.mmap(descriptor, size)


def _tensor_in(block, descriptor, dtype, shape, strides, offset=0):
    """A tensor over a block, which owns the descriptor from now on: as long as anybody has the memory."""
    memory = _wick._from_array(memoryview(block))
    address = memory.data_ptr()
    _blocks[address] = (descriptor, len(block))
    weakref.finalize(block, _forget, address, descriptor)
    return memory.view(dtype).as_strided(shape, strides, offset)


def _forget(address, descriptor):
    _blocks.pop(address, None)
    os.close(descriptor)


def block_of(tensor):
    """The descriptor and the size of the block that the tensor lies in, or None."""
    return _blocks.get(tensor.data_ptr() - tensor.storage_offset() * tensor.element_size())


def shared_copy(tensor):
    """The tensor's elements in a block of their own."""
    source = tensor.detach()
    size = max(source.numel(), 1) * source.element_size()
    descriptor, block = new_block(size)
    made = _tensor_in(block, descriptor, source.dtype, source.shape, source.contiguous().stride())
    made.copy_(source)
    return made


def _rebuild(descriptor, size, dtype, shape, strides, offset, requires_grad, make):
    descriptor = descriptor.detach()
    made = _tensor_in(open_block(descriptor, size), descriptor, dtype, shape, strides, offset)
    return make(made, requires_grad) if make else made.requires_grad_(requires_grad)


def _reduce(tensor, make=None):
    if tensor.requires_grad and not tensor.is_leaf:
        raise RuntimeError("Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support crossing process "
                           "boundaries.  If you just want to transfer the data, call detach() on the tensor before serializing (e.g., putting it "
                           "on the queue).")
    if make is None and tensor.__dict__:
        function, arguments = _reduce(tensor.detach().requires_grad_(tensor.requires_grad))
        return _rebuild_from_type_v2, (function, Tensor, arguments, tensor.__dict__)
    requires_grad, found = tensor.requires_grad, block_of(tensor)
    if found is None:
        if tensor.numel() * tensor.element_size() <= _SMALL:
            return tensor.__reduce__()
        tensor = shared_copy(tensor)
        found = block_of(tensor)
    descriptor, size = found
    place = (multiprocessing.reduction.DupFd(descriptor), size, tensor.dtype, tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
    return _rebuild, (*place, requires_grad, make)


def init_reductions():
    """Queues and pipes of multiprocessing, and arguments of processes, take tensors this way."""
    from ..nn.parameter import Parameter

    multiprocessing.reduction.register(Tensor, _reduce)
    multiprocessing.reduction.register(Parameter, lambda parameter: _reduce(parameter, Parameter))
