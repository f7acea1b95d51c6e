"""torch.distributed for a program that is alone: those who ask are told so, and what would need others says so when it is called."""
import datetime as _datetime
import sys as _sys
import types as _types

from ._alone import absent

# What programs import before they ask whether there are others, by module. Names in capitals are classes, which values can be asked for.
_NAMES = {
    "": """Backend DeviceMesh FileStore GradBucket GroupMember HashStore P2POp PrefixStore ProcessGroup ReduceOp Store TCPStore Work
        all_gather all_gather_into_tensor all_gather_object all_reduce all_to_all all_to_all_single barrier batch_isend_irecv broadcast
        broadcast_object_list destroy_process_group gather gather_object get_backend get_global_rank get_group_rank get_process_group_ranks get_rank
        get_world_size group init_device_mesh init_process_group irecv isend monitored_barrier new_group recv recv_object_list reduce
        reduce_scatter reduce_scatter_tensor scatter scatter_object_list send send_object_list""",
    "_composable.fsdp": "FSDPModule fully_shard",
    "_functional_collectives": """AsyncCollectiveTensor all_gather_tensor all_reduce all_to_all_single all_to_all_single_autograd permute_tensor
        reduce_scatter_tensor wait_tensor""",
    "algorithms._checkpoint.checkpoint_wrapper": "CheckpointImpl CheckpointWrapper apply_activation_checkpointing checkpoint_wrapper offload_wrapper",
    "algorithms.ddp_comm_hooks.default_hooks": "allreduce_hook bf16_compress_hook bf16_compress_wrapper fp16_compress_hook fp16_compress_wrapper",
    "algorithms.ddp_comm_hooks.post_localSGD_hook": "PostLocalSGDState post_localSGD_hook",
    "algorithms.ddp_comm_hooks.powerSGD_hook": "PowerSGDState batched_powerSGD_hook powerSGD_hook",
    "algorithms.join": "Join Joinable JoinHook",
    "algorithms.model_averaging.averagers": "ModelAverager PeriodicModelAverager",
    "checkpoint": "FileSystemReader FileSystemWriter load load_state_dict save save_state_dict",
    "checkpoint.default_planner": "DefaultLoadPlanner DefaultSavePlanner",
    "checkpoint.state_dict": """StateDictOptions get_model_state_dict get_optimizer_state_dict get_state_dict set_model_state_dict
        set_optimizer_state_dict set_state_dict""",
    "_tensor.experimental": "implicit_replication",
    "device_mesh": "DeviceMesh init_device_mesh",
    "distributed_c10d": "Backend ProcessGroup ReduceOp _get_default_group",
    "fsdp": """BackwardPrefetch CPUOffload CPUOffloadPolicy FSDPModule FullOptimStateDictConfig FullStateDictConfig FullyShardedDataParallel
        LocalStateDictConfig MixedPrecision MixedPrecisionPolicy OffloadPolicy OptimStateKeyType ShardedOptimStateDictConfig ShardedStateDictConfig
        ShardingStrategy StateDictType fully_shard register_fsdp_forward_method""",
    "fsdp.sharded_grad_scaler": "ShardedGradScaler",
    "fsdp.wrap": """CustomPolicy ModuleWrapPolicy enable_wrap lambda_auto_wrap_policy size_based_auto_wrap_policy transformer_auto_wrap_policy
        wrap""",
    "nn.functional": "all_gather all_reduce all_to_all broadcast gather reduce reduce_scatter scatter",
    "optim": "DistributedOptimizer PostLocalSGDOptimizer ZeroRedundancyOptimizer",
    "rpc": "RRef TensorPipeRpcBackendOptions get_worker_info init_rpc remote rpc_async rpc_sync shutdown",
    "tensor": "DTensor Partial Placement Replicate Shard distribute_module distribute_tensor",
    "tensor.parallel": """ColwiseParallel ParallelStyle PrepareModuleInput PrepareModuleOutput RowwiseParallel SequenceParallel loss_parallel
        parallelize_module""",
    "tensor.placement_types": "Partial Placement Replicate Shard",
    "utils": "_sync_module_states",
}
# Modules under a second name.
_ALSO = {"_tensor": "tensor", "fsdp.api": "fsdp", "fsdp.fully_sharded_data_parallel": "fsdp"}


def is_available():
    return False


is_gloo_available = is_initialized = is_mpi_available = is_nccl_available = is_torchelastic_launched = is_ucc_available = is_xccl_available = is_available


def _module(path):
    """The module of that path below this one, made with those above it."""
    here = _sys.modules[__name__]
    for part in path.split(".") if path else ():
        name = f"{here.__name__}.{part}"
        if name not in _sys.modules:
            made = _sys.modules[name] = _types.ModuleType(name)
            made.__path__ = []
            setattr(here, part, made)
        here = _sys.modules[name]
    return here


for _path, _names in _NAMES.items():
    _home = _module(_path)
    for _name in _names.split():
        setattr(_home, _name, absent(f"torch.distributed.{_path}.{_name}".replace("..", "."), _name[0].isupper()))
for _path, _other in _ALSO.items():
    vars(_module(_path)).update({_name: getattr(_module(_other), _name) for _name in _NAMES[_other].split()})
_module("constants").default_pg_timeout = default_pg_timeout = _datetime.timedelta(minutes=30)
_module("distributed_c10d").is_initialized = is_initialized
