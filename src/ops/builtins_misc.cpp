// Ranges, devices, enums, optionals, futures, and questions about the process.

#include <chrono>

#include <wick/ops/autocast.h>
#include <wick/types/rref.h>

#include "ops/builtins.h"
#include "ops/families.h"
#include "ops/foreign_function.h"
#include "ops/profiling.h"
#include "types/library_class.h"

namespace wick::jit {
namespace {

IValue unwrap_optional(const IValue& value) {
    WICK_CHECK(!value.is_none(), "Unwrapping null optional");
    return value;
}

DimVector broadcast_shapes(const IntList& a, const IntList& b) { return broadcast_sizes(a, b); }

IValue int_list(IntArrayRef values) { return IValue(values.vec()); }

void register_shapes(Registry& ops) {
    ops.add("aten::_infer_size(int[] a, int[] b) -> int[]").kernel([](const IntList& a, const IntList& b) {
        return int_list(broadcast_shapes(a, b));
    });
    ops.add("aten::broadcast_shapes(int[] a, int[] b) -> int[]").kernel([](const IntList& a, const IntList& b) {
        return int_list(broadcast_shapes(a, b));
    });
    ops.add("aten::_size_if_not_equal(int[] self_size, int[] other_size) -> int[]?")
        .kernel([](const IntList& a, const IntList& b) { return a == b ? IValue() : int_list(a); });
    ops.add("prim::BroadcastSizes(...) -> int[]").boxed([](const Operator&, const void*, Args args, IValue* results) {
        IntList sizes;
        for (size_t i = 0; i < args.size(); ++i) sizes = broadcast_shapes(sizes, Unbox<IntList>::from(args[i]));
        results[0] = int_list(sizes);
    });
    ops.add("prim::ReductionSizes(int[] size, int[] red_axes, bool keepdim=False) -> int[]")
        .kernel([](const IntList& size, const IntList& axes, bool keepdim) {
            std::vector<bool> reduced(size.size());
            for (int64_t axis : axes) reduced[wrap_dim(axis, static_cast<int64_t>(size.size()))] = true;
            IntList result;
            for (size_t i = 0; i < size.size(); ++i) {
                if (!reduced[i])
                    result.push_back(size[i]);
                else if (keepdim)
                    result.push_back(1);
            }
            return int_list(result);
        });
}

/// Named ranges of a profile, if one is taken (torch.profiler.record_function).
int64_t begin_range(std::string_view name) {
    CallProfile* profile = call_profile();
    return profile ? profile->begin(std::string(name), true) : 0;
}
void end_range(int64_t range) {
    if (CallProfile* profile = call_profile()) profile->end(range);
}

void register_ranges(Registry& ops) {
    static constexpr std::string_view kRecord = "__torch__.torch.classes.profiler._RecordFunction";
    static const auto end = [](const IValue& record) { end_range(record.to_object().slot(0).to_int()); };
    ops.add(fmt::format("profiler::_record_function_enter_new(str name, str? args=None) -> {}", kRecord))
        .kernel([](std::string_view name, const IValue&) { return library_object(kRecord, begin_range(name)); })
        .side_effects();
    ops.add(fmt::format("profiler::_record_function_exit._RecordFunction({} record) -> ()", kRecord))
        .kernel([](const IValue& record) { end(record); })
        .side_effects();
    // What the future waits for has a range of its own.
    ops.add(fmt::format("profiler::_call_end_callbacks_on_jit_fut._RecordFunction({} x, Future(t) y) -> Future(t)",
                        kRecord))
        .kernel([](const IValue& record, const IValue& future) { return end(record), future; })
        .side_effects();
    // As older archives have it.
    ops.add("profiler::_record_function_enter(str name, str? args=None) -> Tensor")
        .kernel([](std::string_view name, const IValue&) { return scalar_tensor(begin_range(name), DType::int64); })
        .side_effects();
    ops.add("profiler::_record_function_exit(Tensor handle) -> ()")
        .kernel([](const Tensor& handle) { end_range(handle.item().to_int()); })
        .side_effects();
}

/// The function, which the plan puts before the node's inputs, decides about everything.
void register_foreign_functions(Registry& ops) {
    ops.add("prim::PythonOp(...) -> Any")
        .boxed([](const Operator&, const void*, Args args, IValue* results) {
            auto& function = dynamic_cast<ForeignFunction&>(*args[0].to_capsule());
            std::vector<IValue> arguments;
            for (size_t i = 1; i < args.size(); ++i) arguments.push_back(args[i]);
            results[0] = function.call(std::move(arguments));
        })
        .side_effects()
        .differentiated_by_parts();
}

void register_process(Registry& ops) {
    // Without a device named, it is CUDA that is asked about; and compiled programs are not traced.
    for (const char* name : {"aten::is_autocast_enabled", "aten::_get_tracing_state", "aten::is_vulkan_available",
                             "aten::_nnpack_available", "aten::_use_cudnn_rnn_flatten_weight"})
        ops.add(fmt::format("{}() -> bool", name)).kernel([]() { return false; });
    ops.add("aten::is_autocast_cpu_enabled() -> bool").kernel(&AutocastMode::is_enabled).side_effects();
    ops.add("aten::get_autocast_dtype(str device_type) -> ScalarType")
        .kernel([](std::string_view device) {
            return static_cast<int64_t>(device == "cpu" ? AutocastMode::dtype() : DType::float16);
        })
        .side_effects();
    ops.add("aten::is_scripting() -> bool").kernel([]() { return true; });
    ops.add("aten::has_torch_function(...) -> bool").boxed([](const Operator&, const void*, Args, IValue* results) {
        results[0] = false;
    });
    ops.add("aten::_get_cpu_capability() -> str").kernel([]() { return std::string("DEFAULT"); });
    ops.add("prim::TimePoint() -> int")
        .kernel([]() {
            return static_cast<int64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                            std::chrono::steady_clock::now().time_since_epoch())
                                            .count());
        })
        .side_effects();
    ops.add("prim::RaiseException(str msg, str? cls=None) -> ()")
        .kernel([](const std::string& message, std::optional<std::string> class_name) {
            throw ScriptError(class_name.value_or("RuntimeError"), message, message);
        })
        .side_effects();
    ops.add("prim::AddStatValue(str key, int val) -> ()").kernel([](std::string_view, int64_t) {});
}

}  // namespace

void register_builtins_misc(Registry& ops) {
    ops.add("aten::__range_length(int lo, int hi, int step) -> int")
        .kernel([](int64_t low, int64_t high, int64_t step) { return arithmetic::RangeLength()(low, high, step); });
    ops.add("aten::__derive_index(int index, int start, int step) -> int")
        .kernel([](int64_t index, int64_t start, int64_t step) { return arithmetic::RangeItem()(index, start, step); });
    ops.add("aten::_unwrap_optional(t(a)? optional) -> t(a)").kernel(&unwrap_optional);
    ops.add("prim::unchecked_unwrap_optional(t(a)? optional) -> t(a)").kernel(&unwrap_optional);
    ops.add("prim::IfThenElse(bool cond, Any(a) x, Any(b) y) -> Any(b|a)")
        .kernel([](bool condition, const IValue& x, const IValue& y) { return condition ? x : y; });
    ops.add("prim::TupleIndex(Any tup, int i) -> Any").kernel([](const IValue& tuple, int64_t i) {
        const std::vector<IValue>& elements = tuple.to_tuple().elements;
        return elements[checked_index(i, elements.size(), "Tuple index out of range")];
    });
    // Containers of modules keep their members as attributes that are named by number or key.
    ops.add("prim::ModuleContainerIndex.list(Any self, int ind) -> Any").kernel([](const IValue& self, int64_t index) {
        return self.to_object().attr(fmt::format("{}", index));
    });
    ops.add("prim::ModuleContainerIndex.dict(Any self, str ind) -> Any")
        .kernel([](const IValue& self, std::string_view key) { return self.to_object().attr(key); });
    ops.add("aten::hash.generic(t value) -> int").kernel([](const IValue& value) {
        return static_cast<int64_t>(hash_of(value));
    });
    ops.add("prim::id(AnyClassType? x) -> int").kernel([](const IValue& value) {
        return static_cast<int64_t>(reinterpret_cast<intptr_t>(value.pointer()));
    });
    ops.add("aten::wait(Future(t) self) -> t")
        .kernel([](const IValue& future) { return future.to_future().wait(); })
        .side_effects();
    ops.add("prim::awaitable_wait(Await(t) self) -> t")
        .kernel([](const IValue& await) { return await.to_await().wait(); })
        .side_effects();
    ops.add("prim::awaitable_nowait(t self) -> Await(t)").kernel([](const IValue& value) {
        auto done = make_intrusive<FutureObject>(value.type());
        done->set_value(value);
        return IValue::awaitable(std::move(done));
    });

    // References are to objects of this process, so nothing is waited for.
    ops.add("aten::to_here(RRef(t) self, float timeout=60.) -> t(*)").kernel([](const IValue& rref, double) {
        return to_rref(rref).value;
    });
    ops.add("aten::local_value(RRef(t) self) -> t(*)").kernel([](const IValue& rref) { return to_rref(rref).value; });
    for (const char* name : {"is_owner", "confirmed_by_owner"})
        ops.add(fmt::format("aten::{}(RRef(t) self) -> bool", name)).kernel([](const IValue& rref) {
            return to_rref(rref), true;
        });
    ops.add("aten::owner_name(RRef(t) self) -> str").kernel([](const IValue& rref) { return to_rref(rref).owner; });
    ops.add("aten::owner(RRef(t) self) -> __torch__.torch.classes.dist_rpc.WorkerInfo").kernel([](const IValue& rref) {
        return to_rref(rref), library_object("__torch__.torch.classes.dist_rpc.WorkerInfo");
    });

    // There are no other machines here.
    for (const char* name : {"rpc_sync", "rpc_async", "rpc_remote"}) {
        ops.add(fmt::format("prim::{}(...) -> Any", name))
            .boxed([](const Operator&, const void*, Args, IValue*) { WICK_CHECK(false, "{}", kNoRpcAgent); })
            .side_effects();
    }

    ops.add("prim::EnumName(AnyEnumType enum) -> str").kernel([](const IValue& value) {
        return value.to_enum().name();
    });
    for (const char* type : {"int", "float", "str"})
        ops.add(fmt::format("prim::EnumValue.{0}(AnyEnumType enum) -> {0}", type)).kernel([](const IValue& value) {
            return value.to_enum().value();
        });

    ops.add("aten::device(str a) -> Device").kernel([](std::string_view text) -> IValue {
        return Device::parse(text);
    });
    ops.add("aten::device.with_index(str type, int index) -> Device")
        .kernel([](std::string_view type, int64_t index) -> IValue {
            return Device::parse(fmt::format("{}:{}", type, index));
        });
    ops.add("prim::type(Device self) -> str").kernel([](Device device) {
        const std::string text = device.str();
        return text.substr(0, text.find(':'));
    });
    ops.add("prim::index(Device self) -> int?").kernel([](Device device) {
        return device.index < 0 ? IValue() : IValue(static_cast<int64_t>(device.index));
    });
    register_shapes(ops);
    register_ranges(ops);
    register_process(ops);
    register_foreign_functions(ops);
}

}  // namespace wick::jit
