"""What programs for PyTorch say beside their mathematics: devices, switches, old types, methods of tensors."""
import gc
import importlib
import pickle
import warnings
import weakref

import pytest


def test_there_is_no_other_device(t):
    if t.__name__ == "torch" and t.cuda.is_available():
        pytest.skip("PyTorch has another device")
    assert not t.cuda.is_available() and t.cuda.device_count() == 0 and not t.backends.mps.is_available()
    assert t.version.cuda is None
    t.cuda.manual_seed_all(0)
    t.cuda.empty_cache()
    assert t.cuda.max_memory_allocated() == 0
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        t.cuda.current_device()
    t.backends.cudnn.benchmark = False
    t.backends.cuda.matmul.allow_tf32 = False
    device = t.device("cuda" if t.cuda.is_available() else "cpu")
    assert t.ones(2).to(device, non_blocking=True).is_cpu and t.get_default_device() == device


def test_switches(t):
    t.use_deterministic_algorithms(True, warn_only=True)
    assert t.are_deterministic_algorithms_enabled() and t.is_deterministic_algorithms_warn_only_enabled()
    t.use_deterministic_algorithms(False)
    before = t.get_float32_matmul_precision()
    t.set_float32_matmul_precision("high")
    assert t.get_float32_matmul_precision() == "high"
    t.set_float32_matmul_precision(before)
    t.set_default_device("cpu")
    if t.__name__ == "wick":
        with pytest.raises(RuntimeError, match="wick computes on the CPU"):
            t.set_default_device("cuda")
        net = t.nn.Linear(2, 2)
        assert t.compile(net, mode="reduce-overhead")._orig_mod is net and t.compile(fullgraph=True)(len)([1]) == 1
    t.set_default_device(None)


@pytest.mark.parametrize("home", ["amp", "cuda.amp"])
def test_mixed_precision_of_absent_devices_is_disabled(t, home):
    amp = importlib.import_module(f"{t.__name__}.{home}")
    net, x = t.nn.Linear(2, 1), t.ones(1, 2)
    optimizer = t.optim.SGD(net.parameters(), lr=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scaler = amp.GradScaler()
        context = amp.autocast("cuda", dtype=t.float16) if home == "amp" else amp.autocast(True, dtype=t.float16)
    with context:
        loss = net(x).sum()
    assert loss.dtype is t.float32 and not scaler.is_enabled()
    before = net.weight.tolist()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert net.weight.tolist() != before and scaler.get_scale() == 1 and scaler.state_dict() == {}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        amp.GradScaler()
    assert any("GradScaler is enabled, but CUDA is not available" in str(one.message) for one in seen)


def test_tensors_by_their_old_types(t):
    assert t.Tensor(2, 3).shape == (2, 3) and t.Tensor().shape == (0,) and t.Tensor(t.Size([4])).shape == (4,)
    assert t.Tensor([1, 2]).dtype is t.float32 and t.LongTensor([[1.0, 2]]).tolist() == [[1, 2]]
    assert t.FloatTensor(2, 1).fill_(1.0).tolist() == [[1], [1]] and t.DoubleTensor([1]).dtype is t.float64
    assert isinstance(t.ones(1), t.FloatTensor) and not isinstance(t.ones(1), t.LongTensor)
    x = t.tensor([1, 2])
    assert x.type(t.FloatTensor).dtype is t.float32 and x.type("torch.DoubleTensor").dtype is t.float64 and x.type(t.int8).dtype is t.int8
    assert x.type() == "torch.LongTensor" and t.typename(x) == "torch.LongTensor"
    with pytest.raises(ValueError, match="invalid type: 'torch.NoTensor'"):
        x.type("torch.NoTensor")
    with pytest.raises(TypeError):
        t.Tensor(2, 0.5)
    variable = t.autograd.Variable(t.ones(2), requires_grad=True)
    assert variable.requires_grad and isinstance(variable, t.autograd.Variable)
    import numpy as np

    assert t.Tensor(np.ones((2, 1, 1))).shape == (2, 1, 1)


def test_methods(t):
    x = t.tensor([3.0, 1.0, 3.0])
    assert x.where(x > 2, t.zeros(3)).tolist() == [3, 0, 3] and x.where(x > 2, -1).tolist() == [3, -1, 3]
    assert x.unique().tolist() == [1, 3]
    assert x.norm(1).item() == 7 and x.view(3, 1).norm(dim=1).tolist() == [3, 1, 3] and t.ones(2, 2).norm(dim=(0, 1)).item() == 2
    values, inverse, counts = x.unique(return_inverse=True, return_counts=True)
    assert inverse.tolist() == [1, 0, 1] and counts.tolist() == [1, 2]
    assert t.tensor([1, 1, 2]).unique_consecutive().tolist() == [1, 2]
    assert x.new_tensor([1, 2]).dtype is t.float32 and x.long().new([1.0]).dtype is t.int64 and x.new(2, 2).shape == (2, 2)
    assert x.clone().apply_(lambda value: value * 2).tolist() == [6, 2, 6]
    assert x.clone().map_(t.ones(3), lambda a, b: a - b).tolist() == [2, 0, 2]
    assert (+x).tolist() == x.tolist() and reversed(t.arange(3)).tolist() == [2, 1, 0]
    import numpy as np

    root = np.sqrt(t.tensor([4.0, 9.0]))
    assert isinstance(root, t.Tensor) and root.tolist() == [2, 3]
    assert x.share_memory_() is x and not x.is_pinned()


def test_numpys_keywords(t):
    x = t.arange(6.0).view(2, 3)
    assert x.sum(axis=0).tolist() == [3, 5, 7] and t.sum(x, axis=1, keepdims=True).tolist() == [[3], [12]]
    assert x.mean(axis=(0, 1)).item() == 2.5 and t.cat([x, x], axis=1).shape == (2, 6) and x.argmax(axis=-1).tolist() == [2, 2]
    assert t.softmax(x, axis=1).sum(axis=1).tolist() == pytest.approx([1, 1])
    with pytest.raises(TypeError):
        x.sum(axes=0)


def test_ints_where_floats_are_wanted(t):
    x = t.arange(4.0).view(1, 1, 2, 2)
    for mode in ("nearest", "bilinear", "bicubic"):
        assert t.nn.functional.interpolate(x, scale_factor=2, mode=mode).shape == (1, 1, 4, 4)
    assert t.nn.functional.interpolate(x, scale_factor=(2, 1.5)).shape == (1, 1, 4, 3)
    assert t.nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)(x)[0, 0, -1, -1].item() == 3


def test_old_names(t):
    """What programs import from where PyTorch has it."""
    for home, names in {"optim.lr_scheduler": ["_LRScheduler"], "optim.optimizer": ["required"], "nn.common_types": ["_size_2_t"],
                        "types": ["Number", "Device"], "utils.hooks": ["RemovableHandle"], "nn.parallel": ["DataParallel"]}.items():
        module = importlib.import_module(f"{t.__name__}.{home}")
        assert all(hasattr(module, name) for name in names)

    class Halving(t.optim.lr_scheduler._LRScheduler):
        def get_lr(self):
            return [base * 0.5**self.last_epoch for base in self.base_lrs]

    class Own(t.optim.Optimizer):
        def __init__(self, params, lr=importlib.import_module(f"{t.__name__}.optim.optimizer").required):
            super().__init__(params, dict(lr=lr))

        def step(self):
            pass

    p = t.zeros(1, requires_grad=True)
    scheduler = Halving(Own([p], lr=1.0))
    scheduler.optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5]
    with pytest.raises(ValueError, match="didn't specify a value of required optimization parameter lr"):
        Own([p])
    with pytest.warns(FutureWarning, match="`nn.init.constant` is now deprecated in favor of `nn.init.constant_`."):
        assert t.nn.init.constant(t.empty(2), 3).tolist() == [3, 3]
    net = t.nn.DataParallel(t.nn.Linear(2, 1))
    assert list(net.state_dict()) == ["module.weight", "module.bias"] and net(t.ones(3, 2)).shape == (3, 1)


def test_asarray(t):
    import numpy as np

    array = np.zeros(2, dtype=np.float32)
    shared, own = t.asarray(array), t.asarray(array, copy=True)
    array[0] = 1
    assert shared.tolist() == [1, 0] and own.tolist() == [0, 0] and t.asarray(shared) is shared
    assert t.asarray([1, 2]).dtype is t.int64 and t.asarray([1], dtype=t.float64, requires_grad=True).requires_grad
    with pytest.raises(ValueError, match="can't alias arbitrary sequence into a tensor"):
        t.asarray([1], copy=False)


def test_several_results_are_shown_under_their_names(t):
    x = t.tensor([[3.0, 1.0], [2.0, 4.0]])
    assert repr(x.max(1)) == "torch.return_types.max(\nvalues=tensor([3., 4.]),\nindices=tensor([0, 1]))"
    assert repr(t.topk(x[0], 1)) == "torch.return_types.topk(\nvalues=tensor([3.]),\nindices=tensor([0]))"
    values, places = found = t.sort(x)
    assert found.values is values and found[1] is places and isinstance(found, tuple)


def test_types_have_their_public_names(t):
    for name in ("Tensor", "Size", "device", "dtype"):
        assert getattr(t, name).__module__ == t.__name__, name
    assert str(t.nn.Parameter) == f"<class '{t.__name__}.nn.parameter.Parameter'>"
    assert repr(t.iinfo(t.int8)) == "iinfo(min=-128, max=127, dtype=int8)"
    assert repr(t.finfo(t.float32)) == ("finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, "
                                        "smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)")


def test_no_accelerator(t):
    if t.accelerator.is_available():
        pytest.skip("PyTorch has another device")
    assert t.accelerator.device_count() == 0 and t.accelerator.current_accelerator(check_available=True) is None


def test_switches_of_compilers_and_kernels(t):
    attention = importlib.import_module(f"{t.__name__}.nn.attention")
    q = t.ones(1, 2, 3, 4)
    with attention.sdpa_kernel([attention.SDPBackend.MATH]):
        assert t.nn.functional.scaled_dot_product_attention(q, q, q).shape == q.shape
    assert not t.compiler.is_compiling()
    if t.__name__ == "wick":
        assert t.compiler.disable(len) is len and t.compiler.disable()(len) is len


def test_ways_to_make_tensors(t):
    assert t.full((2,), True).dtype is t.bool and t.full((2,), 1).dtype is t.int64 and t.full((1,), True, dtype=t.float32).tolist() == [1]
    data = bytearray(b"\1\0\0\0\2\0\0\0")
    numbers = t.frombuffer(data, dtype=t.int32)
    data[0] = 7
    assert numbers.tolist() == [7, 2] and t.frombuffer(data, dtype=t.int32, offset=4).tolist() == [2]
    assert t.frombuffer(data, dtype=t.uint8, count=2).tolist() == [7, 0]


def test_places(t):
    x = t.arange(12).view(4, 3)
    assert x[range(3), t.tensor([0, 1, 2])].tolist() == [0, 4, 8] and x[range(0)].shape == (0, 3)
    rows, columns = t.unravel_index(t.tensor([5, 11]), (4, 3))
    assert rows.tolist() == [1, 3] and columns.tolist() == [2, 2]
    largest = t.zeros(2, 3).index_reduce(0, t.tensor([0, 1, 0, 1]), x.float(), "amax", include_self=False)
    assert largest.tolist() == [[6, 7, 8], [9, 10, 11]]
    total = t.ones(3, 2).index_reduce_(1, t.tensor([1, 1]), t.full((3, 2), 2.0), "prod")
    assert total.tolist() == [[1, 4]] * 3


def test_mantissas(t):
    x = t.tensor([3.0, -0.25, 0.0], requires_grad=True)
    mantissa, exponent = t.frexp(x)
    assert mantissa.tolist() == [0.75, -0.5, 0] and exponent.tolist() == [2, -1, 0] and exponent.dtype is t.int32
    mantissa.sum().backward()
    assert x.grad[:2].tolist() == [0.25, 2]
    assert t.equal(t.tensor([1.0, 2.0]).polygamma(1), t.polygamma(1, t.tensor([1.0, 2.0])))


def test_parameters_are_copied_as_parameters(t):
    import copy

    one = t.nn.Parameter(t.ones(2))
    for other in (copy.copy(one), copy.deepcopy(one)):
        assert type(other) is t.nn.Parameter and other.requires_grad


def test_dtypes_that_are_only_named(t):
    found = {}
    sizes = {t.float8_e4m3fn: 1, t.float8_e5m2: 1, t.uint16: 2, t.uint64: 8, t.float32: 4}
    assert all(dtype.itemsize == size for dtype, size in sizes.items()) and t.ones(1).dtype in sizes
    assert t.float8_e4m3fn.is_floating_point and not t.uint32.is_signed and t.complex32.is_complex and t.chalf is t.complex32
    assert repr(t.float8_e5m2) == "torch.float8_e5m2" and t.float8_e5m2 != t.float8_e4m3fn
    for dtype in (t.float8_e4m3fn, t.float8_e5m2, t.float8_e4m3fnuz):
        limits = t.finfo(dtype)
        found[str(dtype)] = [limits.bits, limits.eps, limits.max, limits.min, limits.tiny, limits.resolution]
    assert found == {"torch.float8_e4m3fn": [8, 0.125, 448.0, -448.0, 2**-6, 1.0], "torch.float8_e5m2": [8, 0.25, 57344.0, -57344.0, 2**-14, 1.0],
                     "torch.float8_e4m3fnuz": [8, 0.125, 240.0, -240.0, 2**-7, 1.0]}
    assert t.iinfo(t.uint16).max == 65535 and t.iinfo(t.uint64).max == 2**64 - 1
    assert pickle.loads(pickle.dumps(t.float8_e5m2)) is t.float8_e5m2


def test_memory_formats_have_a_type(t):
    assert isinstance(t.channels_last, t.memory_format) and repr(t.channels_last) == "torch.channels_last"
    assert not isinstance(t.strided, t.memory_format) and t.contiguous_format != t.preserve_format
    assert t.ones(1, 2, 3, 4).contiguous(memory_format=t.channels_last).stride() == (24, 1, 8, 2)


def test_what_programs_ask_of_absent_devices(t):
    assert issubclass(t.cuda.OutOfMemoryError, RuntimeError) and t.cuda.OutOfMemoryError is t.OutOfMemoryError
    assert t.cuda.get_arch_list() == [] and t.cuda.get_rng_state_all() == []
    with t.cuda.stream(None):
        pass
    with pytest.raises(RuntimeError, match="dummy base class Event"):
        t.cuda.Event()
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        t.cuda.ipc_collect()


def test_switches_of_the_compiler(t):
    dynamo = importlib.import_module(f"{t.__name__}._dynamo")
    with dynamo.config.patch(suppress_errors=True):
        assert not dynamo.is_compiling()
    dynamo.mark_static_address(t.ones(1))
    dynamo.reset()
    assert not isinstance(t.nn.Linear(1, 1), dynamo.eval_frame.OptimizedModule)


def test_modules_of_several_processes_are_known_by_name(t):
    fsdp = importlib.import_module(f"{t.__name__}.distributed.fsdp")
    net = t.nn.Linear(1, 1)
    assert not isinstance(net, (fsdp.FullyShardedDataParallel, t.nn.parallel.DistributedDataParallel))
    with pytest.raises((RuntimeError, ValueError)):
        t.nn.parallel.DistributedDataParallel(net)


def test_devices_are_contexts(t):
    assert t.device("cpu") != None and not t.device("cpu") == "cpu"  # noqa: E711
    with t.device("cpu"):
        assert t.ones(2).is_cpu and t.get_default_device() == t.device("cpu")
    t.manual_seed(0)
    with t.device("meta"):
        assert t.get_default_device().type == "meta"
        layer = t.nn.Linear(2, 3)
    assert layer.weight.shape == (3, 2)
    drawn = t.rand(2)
    t.manual_seed(0)
    assert t.equal(t.rand(2), drawn)
    assert t.get_device_module() is t.cpu and t.get_device_module("cuda") is t.cuda


def test_modules_by_their_names(t):
    """Where PyTorch has a module for a class, or for an older name."""
    found = importlib.import_module
    assert found(f"{t.__name__}.optim.adamw").AdamW is t.optim.AdamW
    assert found(f"{t.__name__}.distributions.half_cauchy").HalfCauchy is t.distributions.HalfCauchy
    assert found(f"{t.__name__}.utils.model_zoo").load_url is t.hub.load_state_dict_from_url
    dlpack = found(f"{t.__name__}.utils.dlpack")
    x = t.arange(3.0)
    assert dlpack.from_dlpack(dlpack.to_dlpack(x)).data_ptr() == x.data_ptr()
    assert found(f"{t.__name__}.backends.mkl").is_available() in (True, False)
    assert not found(f"{t.__name__}._subclasses.fake_tensor").is_fake(x) and not isinstance(1, t.SymInt)
    assert "real_vector" in t.distributions.constraints.__all__


def test_batch_normalisation_of_several_processes(t):
    net = t.nn.Sequential(t.nn.Conv2d(1, 2, 3), t.nn.BatchNorm2d(2))
    converted = t.nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert isinstance(converted[1], t.nn.SyncBatchNorm) and repr(converted[1]).startswith("SyncBatchNorm(2, eps=1e-05")
    x = t.rand(2, 1, 4, 4)
    y = converted(x)
    assert t.allclose(y.mean((0, 2, 3)), t.zeros(2), atol=1e-5) and converted[1].num_batches_tracked.item() == 1
    with pytest.raises(ValueError, match=r"expected at least 2D input \(got 1D input\)"):
        converted[1](t.rand(2))


def test_places_of_quantisation_pass(t):
    quantization = importlib.import_module(f"{t.__name__}.ao.quantization")
    x = t.rand(2)
    assert quantization.QuantStub()(x) is x and quantization.DeQuantStub()(x) is x


def test_several_results_are_written_to_tensors(t):
    values, places = t.empty(2), t.empty(2, dtype=t.int64)
    found = t.max(t.tensor([[1.0, 3.0], [5.0, 2.0]]), 1, out=(values, places))
    assert values.tolist() == [3, 5] and places.tolist() == [1, 0] and found.values.tolist() == [3, 5]
    factor, info = t.empty(2, 2), t.empty(0, dtype=t.int32)
    t.linalg.cholesky_ex(t.eye(2) * 4, out=(factor, info))
    assert factor.tolist() == [[2, 0], [0, 2]] and info.item() == 0
    assert t.add(t.ones(1), 1, out=None).item() == 2 and len(t.linalg.cholesky_ex(t.eye(2), out=None)) == 2
    t.sort(t.tensor([2.0, 1.0]), out=[values, places])
    assert values.tolist() == [1, 2]


def test_tensors_have_attributes(t):
    x = t.ones(2)
    x.tag = [x]
    assert x.tag[0] is x and not hasattr(x + 0, "tag")
    alive = weakref.ref(x)
    del x
    gc.collect()
    assert alive() is None


def test_tensors_of_a_class_of_ones_own(t):
    class Tagged(t.Tensor):
        pass

    x = t.ones(2)
    y = x.as_subclass(Tagged)
    assert type(y) is Tagged and y.data_ptr() == x.data_ptr()
