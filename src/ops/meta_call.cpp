#include "ops/meta_call.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <wick/tensor/default_dtype.h>

#include "ops/op_errors.h"
#include "ops/script_call.h"
#include "ops/tensor_ops.h"
#include "tensor/zero_storage.h"

namespace wick::jit {

using namespace ops;

static thread_local bool t_makes_meta = false;
bool makes_meta() { return t_makes_meta; }
void set_makes_meta(bool on) { t_makes_meta = on; }

namespace {

constexpr Device kMetaDevice{DeviceType::meta};

/// Calls in here make tensors on the CPU.
class OnCpu {
 public:
    OnCpu() : saved_(makes_meta()) { set_makes_meta(false); }
    ~OnCpu() { set_makes_meta(saved_); }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;

 private:
    const bool saved_;
};

bool is_meta(const Tensor& tensor) { return tensor.defined() && tensor.device().type == DeviceType::meta; }

/// Calls visit with each tensor of the value: itself, or what is in a list.
template <class F>
void for_tensors(const IValue& value, const F& visit) {
    if (value.is_tensor()) {
        if (value.tensor_ref().defined()) visit(value.tensor_ref());
    } else if (value.is_list()) {
        const SharedRead guard(value.to_list());
        for (const IValue& item : value.to_list().items)
            if (item.is_tensor() && item.tensor_ref().defined()) visit(item.tensor_ref());
    }
}

bool has_meta(const IValue& value) {
    bool found = false;
    for_tensors(value, [&](const Tensor& tensor) { found = found || is_meta(tensor); });
    return found;
}

std::string_view bare_name(const Operator& op) { return std::string_view(op.name).substr(op.name.find("::") + 2); }

/// The names in the table, which is sorted.
template <size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& table) {
    return std::ranges::binary_search(table, name);
}

constexpr auto kNumbers = std::to_array<std::string_view>(
    {"Bool", "Complex", "ComplexImplicit", "Float", "FloatImplicit", "Int", "IntImplicit", "ScalarImplicit",
     "_local_scalar_dense", "_tensor_to_list", "allclose", "is_nonzero", "item"});
constexpr auto kByElements =
    std::to_array<std::string_view>({"_unique2", "argwhere", "bincount", "equal", "histc", "histogram", "masked_select",
                                     "nonzero", "nonzero_numpy", "nonzero_static", "unique_consecutive", "unique_dim"});
/// In-place operators that change the tensor's geometry.
constexpr auto kReshaping =
    std::to_array<std::string_view>({"as_strided_", "detach_", "requires_grad_", "resize_", "resize_as_", "set_",
                                     "squeeze_", "swapaxes_", "swapdims_", "t_", "transpose_", "unsqueeze_"});
/// Results are as the first argument.
constexpr auto kAsFirst = std::to_array<std::string_view>(
    {"alpha_dropout",   "batch_norm", "clone",      "cummax",        "cumprod",    "cumsum",      "dropout",
     "feature_dropout", "flip",       "group_norm", "instance_norm", "layer_norm", "log_softmax", "logcumsumexp",
     "masked_fill",     "normal",     "rms_norm",   "roll",          "rrelu",      "scatter",     "scatter_add",
     "softmax",         "softmin",    "tril",       "triu"});

Tensor meta_tensor(IntArrayRef sizes, IntArrayRef strides, DType dtype) {
    WICK_CHECK(sizes.size() == strides.size(), "mismatch in length of strides and shape");
    const bool is_empty = checked_numel(sizes) == 0;
    int64_t last = is_empty ? 0 : 1;
    double bytes = 0;
    for (size_t i = 0; !is_empty && i < sizes.size(); ++i) {
        WICK_CHECK(strides[i] >= 0, "Storage size calculation overflowed or negative strides");
        bytes += static_cast<double>(sizes[i] - 1) * static_cast<double>(strides[i]) * bytes_of(dtype);
        WICK_CHECK(bytes < static_cast<double>(kZeroSpace), "tensors without elements have at most {} bytes",
                   kZeroSpace);
        last += (sizes[i] - 1) * strides[i];
    }
    return Tensor(
        make_intrusive<TensorImpl>(storage_without_elements(last * bytes_of(dtype)), dtype, sizes, strides, 0));
}
Tensor meta_tensor(IntArrayRef sizes, DType dtype) { return meta_tensor(sizes, contiguous_strides(sizes), dtype); }
Tensor meta_like(const Tensor& self, DType dtype) { return meta_tensor(self.sizes(), preserved_strides(self), dtype); }

/// A tensor on the CPU of the same geometry, which may be read: zeros that take no memory.
Tensor zeros_of(const Tensor& self) {
    const TensorImpl& impl = *self.impl();
    return Tensor(make_intrusive<TensorImpl>(zero_storage(impl.storage->bytes()), impl.dtype, impl.sizes, impl.strides,
                                             impl.offset));
}
/// A zero of the same dtype and number of dimensions.
Tensor one_of(const Tensor& self) {
    const std::vector<int64_t> sizes(self.dim(), 1);
    return Tensor(make_intrusive<TensorImpl>(zero_storage(self.itemsize()), self.dtype(), sizes));
}

template <class F>
IValue replaced(const IValue& value, const F& make) {
    if (value.is_tensor()) return is_meta(value.tensor_ref()) ? IValue(make(value.tensor_ref())) : value;
    if (value.is_device()) return value.to_device() == kMetaDevice ? IValue(Device()) : value;
    if (!has_meta(value)) return value;
    std::vector<IValue> items;
    const auto given = snapshot(value.to_list());
    for (const IValue& item : given->items) items.push_back(replaced(item, make));
    return IValue(make_list(given->element_type, std::move(items)));
}

IValue on_meta(const IValue& value) {
    if (value.is_tensor()) {
        const Tensor& tensor = value.tensor_ref();
        if (!tensor.defined() || is_meta(tensor)) return value;
        return IValue(meta_tensor(tensor.sizes(), tensor.strides(), tensor.dtype()));
    }
    if (!value.is_list()) return value;
    std::vector<IValue> items;
    const auto given = snapshot(value.to_list());
    for (const IValue& item : given->items) items.push_back(on_meta(item));
    return IValue(make_list(given->element_type, std::move(items)));
}

/// The arguments with stand-ins for meta tensors, and the CPU for the device.
class StandIns {
 public:
    template <class F>
    StandIns(Args args, const F& make) {
        values_.reserve(args.size());
        for (size_t i = 0; i < args.size(); ++i) values_.push_back(replaced(args[i], make));
        for (IValue& value : values_) slots_.push_back(&value);
    }
    Args args() { return Args{slots_.data(), slots_.size()}; }

 private:
    std::vector<IValue> values_;
    std::vector<IValue*> slots_;
};

/// A rule's view of a call: arguments by name, as long as the operator has it.
struct Call {
    const Operator& op;
    Args args;
    const std::vector<Argument>& formal = op.schema().arguments;

    const IValue* find(std::string_view name) const {
        for (size_t i = 0; i < formal.size() && i < args.size(); ++i)
            if (formal[i].name == name && !args[i].is_none()) return &args[i];
        return nullptr;
    }
    DType dtype_or(DType otherwise) const {
        const IValue* given = find("dtype");
        return given ? static_cast<DType>(given->to_int()) : otherwise;
    }
    /// The first argument, when it is a tensor.
    const Tensor* self() const {
        return args.size() > 0 && args[0].is_tensor() && args[0].tensor_ref().defined() ? &args[0].tensor_ref()
                                                                                        : nullptr;
    }
};

std::vector<int64_t> ints_of(const IValue& list) {
    if (list.is_int()) return {list.to_int()};
    std::vector<int64_t> ints;
    for (const IValue& item : snapshot(list.to_list())->items) ints.push_back(item.to_int());
    return ints;
}

/// All tensors are on the meta device, but numbers that are tensors may be anywhere.
void check_devices(Args args) {
    for (size_t i = 0; i < args.size(); ++i)
        for_tensors(args[i], [](const Tensor& tensor) {
            WICK_CHECK(is_meta(tensor) || tensor.dim() == 0,
                       "Tensor on device cpu is not on the expected device meta!");
        });
}

[[noreturn]] void refuse_copy() { throw NotImplementedError("Cannot copy out of meta tensor; no data!"); }

Tensor call_factory(const Call& call, bool to_meta) {
    const OnCpu on_cpu;
    const Tensor* self = call.self();
    const std::string_view name = bare_name(call.op);
    if (to_meta) {
        if (const IValue* size = call.find("size"); size && size->is_list() && name != "eye") {
            DType dtype = self ? self->dtype() : default_dtype();
            if (name == "randint") dtype = DType::int64;
            if (const IValue* value = call.find("fill_value"); !self && value)
                dtype = value->is_bool() ? DType::bool_ : value->is_int() ? DType::int64 : dtype;
            const std::vector<int64_t> sizes = ints_of(*size);
            if (const IValue* stride = call.find("stride"))
                return meta_tensor(sizes, ints_of(*stride), call.dtype_or(dtype));
            return meta_tensor(sizes, call.dtype_or(dtype));
        }
        if (self && name.ends_with("_like")) return meta_like(*self, call.dtype_or(self->dtype()));
    }
    StandIns stand_ins(call.args, zeros_of);
    IValue result;
    call.op.kernel(call.op, stand_ins.args(), &result);
    return (to_meta ? on_meta(result) : result).to_tensor();
}

Tensor convert(const Call& call) {
    const Tensor& self = *call.self();
    bool to_meta = is_meta(self);
    for (size_t i = 1; i < call.args.size(); ++i) {
        if (call.args[i].is_device()) to_meta = call.args[i].to_device().type == DeviceType::meta;
        if (call.args[i].is_tensor() && call.args[i].tensor_ref().defined())
            to_meta = is_meta(call.args[i].tensor_ref());
    }
    if (!to_meta) refuse_copy();
    // The dtype is that of the conversion of nothing.
    StandIns stand_ins(call.args, [](const Tensor& tensor) { return empty({0}, tensor.dtype()); });
    IValue nothing(empty({0}, self.dtype())), result;
    std::vector<IValue*> slots(stand_ins.args().slots, stand_ins.args().slots + call.args.size());
    slots[0] = &nothing;
    call.op.kernel(call.op, Args{slots.data(), slots.size()}, &result);
    const IValue* copy = call.find("copy");
    const bool is_copy = copy && copy->is_bool() && copy->to_bool();
    const DType dtype = result.tensor_ref().dtype();
    return is_meta(self) && dtype == self.dtype() && !is_copy ? self : meta_like(self, dtype);
}

DimVector common_sizes(Args args) {
    DimVector sizes;
    for (size_t i = 0; i < args.size(); ++i)
        for_tensors(args[i], [&](const Tensor& tensor) { sizes = broadcast_sizes(sizes, tensor.sizes()); });
    return sizes;
}

Tensor pointwise_result(const Operator& op, Args args) {
    check_devices(args);
    const DimVector sizes = common_sizes(args);
    StandIns stand_ins(args, one_of);
    IValue result;
    op.kernel(op, stand_ins.args(), &result);
    const DType dtype = result.tensor_ref().dtype();
    for (size_t i = 0; i < args.size(); ++i)
        if (args[i].is_tensor() && is_meta(args[i].tensor_ref()) && args[i].tensor_ref().sizes() == IntArrayRef(sizes))
            return meta_like(args[i].tensor_ref(), dtype);
    return meta_tensor(sizes, dtype);
}

/// Of the product of the last two dimensions; those before are broadcast.
DimVector product_sizes(const Tensor& a, const Tensor& b) {
    WICK_CHECK(a.size(-1) == b.size(-2), "a and b must have same reduction dim, but got [{}, {}] X [{}, {}].",
               a.size(-2), a.size(-1), b.size(-2), b.size(-1));
    const IntArrayRef as = a.sizes(), bs = b.sizes();
    DimVector sizes = broadcast_sizes(IntArrayRef(as.data(), as.size() - 2), IntArrayRef(bs.data(), bs.size() - 2));
    sizes.push_back(a.size(-2));
    sizes.push_back(b.size(-1));
    return sizes;
}

/// The sizes of a convolution's result, or of a transposed one's.
DimVector convolution_sizes(const Call& call, bool is_transposed) {
    const Tensor &input = *call.self(), &weight = call.args[1].tensor_ref();
    const auto dims = static_cast<size_t>(weight.dim() - 2);
    const auto option = [&](std::string_view name, int64_t otherwise) {
        const IValue* given = call.find(name);
        std::vector<int64_t> values = given ? ints_of(*given) : std::vector<int64_t>{otherwise};
        if (values.size() == 1) values.resize(dims, values[0]);
        WICK_CHECK(values.size() == dims, "expected {} to be a single integer value or a list of {} values", name,
                   dims);
        return values;
    };
    const bool is_batch = input.dim() == weight.dim();
    WICK_CHECK(is_batch || input.dim() == weight.dim() - 1,
               "Expected {}D (unbatched) or {}D (batched) input to conv{}d", dims + 1, dims + 2, dims);
    const IValue* groups = call.find("groups");
    const int64_t count = groups ? groups->to_int() : 1;
    const int64_t channels = input.size(is_batch ? 1 : 0),
                  wanted = is_transposed ? weight.size(0) : weight.size(1) * count;
    WICK_CHECK(channels == wanted, "expected input{} to have {} channels, but got {} channels instead",
               format_sizes(input.sizes()), wanted, channels);
    DimVector sizes;
    if (is_batch) sizes.push_back(input.size(0));
    sizes.push_back(is_transposed ? weight.size(1) * count : weight.size(0));
    const std::vector<int64_t> stride = option("stride", 1), dilation = option("dilation", 1);
    const IValue* text = call.find("padding");
    const bool is_text = text && text->is_string(), keeps = is_text && text->to_string() == "same";
    const std::vector<int64_t> padding = is_text ? std::vector<int64_t>(dims, 0) : option("padding", 0);
    const std::vector<int64_t> more = is_transposed ? option("output_padding", 0) : std::vector<int64_t>(dims, 0);
    for (size_t i = 0; i < dims; ++i) {
        const int64_t size = input.size(static_cast<int64_t>(i) - static_cast<int64_t>(dims));
        const int64_t reach = dilation[i] * (weight.size(static_cast<int64_t>(i) + 2) - 1);
        const int64_t made = is_transposed ? (size - 1) * stride[i] - 2 * padding[i] + reach + more[i] + 1
                             : keeps       ? size
                                           : (size + 2 * padding[i] - reach - 1) / stride[i] + 1;
        WICK_CHECK(made > 0, "Calculated output size is too small for input of size {}", format_sizes(input.sizes()));
        sizes.push_back(made);
    }
    return sizes;
}

/// By a rule for the operator's name; no tensor where there is none.
Tensor result_by_rule(const Call& call) {
    const std::string_view name = bare_name(call.op);
    const Tensor* self = call.self();
    if (!self || call.args.size() < 1) return {};
    const auto argument = [&](size_t i) -> const Tensor& { return call.args[i].tensor_ref(); };
    if (is_one_of(name, kAsFirst) && call.op.schema().returns.size() == 1)
        return meta_like(*self, call.dtype_or(self->dtype()));
    if (call.args.size() < 2 || !call.args[1].is_tensor() || !argument(1).defined()) return {};
    if ((name == "mm" && self->dim() == 2 && argument(1).dim() == 2) ||
        (name == "bmm" && self->dim() == 3 && argument(1).dim() == 3) ||
        (name == "matmul" && self->dim() > 1 && argument(1).dim() > 1))
        return check_devices(call.args), meta_tensor(product_sizes(*self, argument(1)), self->dtype());
    if (name == "addmm" || name == "baddbmm")
        return check_devices(call.args), meta_tensor(product_sizes(argument(1), argument(2)), self->dtype());
    if (name == "linear" && argument(1).dim() == 2 && self->dim() > 0) {
        check_devices(call.args);
        DimVector sizes(self->sizes());
        WICK_CHECK(
            sizes.back() == argument(1).size(1), "a and b must have same reduction dim, but got [{}, {}] X [{}, {}].",
            self->numel() / std::max<int64_t>(sizes.back(), 1), sizes.back(), argument(1).size(1), argument(1).size(0));
        sizes.back() = argument(1).size(0);
        return meta_tensor(sizes, self->dtype());
    }
    if (name == "embedding" && self->dim() == 2) {
        check_devices(call.args);
        DimVector sizes(argument(1).sizes());
        sizes.push_back(self->size(1));
        return meta_tensor(sizes, self->dtype());
    }
    if (name == "scaled_dot_product_attention") {
        check_devices(call.args);
        DimVector sizes(self->sizes());
        sizes.back() = argument(2).size(-1);
        return meta_tensor(sizes, self->dtype());
    }
    const bool is_transposed = name.starts_with("conv_transpose");
    if ((is_transposed || name == "conv1d" || name == "conv2d" || name == "conv3d") && argument(1).dim() > 2) {
        check_devices(call.args);
        return meta_tensor(convolution_sizes(call, is_transposed), self->dtype());
    }
    return {};
}

/// What is written to keeps its geometry, and has no elements to change.
void call_inplace(const Operator& op, Args args, IValue* results) {
    const Tensor self = args[0].to_tensor();
    const std::string_view name = bare_name(op);
    if (!is_meta(self)) {
        if (name == "copy_") refuse_copy();
        WICK_CHECK(false, "Tensor on device meta is not on the expected device cpu!");
    }
    if (is_one_of(name, kReshaping)) return op.kernel(op, args, results);
    if (name == "copy_") {
        broadcast_sizes(self.sizes(), args[1].tensor_ref().sizes());
    } else if (op.pointwise) {
        check_devices(args);
        const DimVector sizes = common_sizes(args);
        WICK_CHECK(self.sizes() == IntArrayRef(sizes), "output with shape {} doesn't match the broadcast shape {}",
                   format_sizes(self.sizes()), format_sizes(sizes));
    }
    if (!op.schema().returns.empty()) results[0] = IValue(self);
}

void call_out(const Operator& op, Args args, IValue* results) {
    const size_t outputs = op.schema().returns.size();
    const Operator* base = op.derived_from;
    if (!base) throw NotImplementedError(fmt::format("{} has no form for Meta tensors", op.operator_name()));
    base->call(Args{args.slots, args.size() - outputs}, results);
    for (size_t i = 0; i < outputs; ++i) {
        const Tensor out = args[args.size() - outputs + i].to_tensor();
        if (!is_meta(out)) refuse_copy();
        ops::resize(out, results[i].tensor_ref().sizes());
        results[i] = IValue(out);
    }
}

/// The kernel on zeros, whose results lose their elements.
void call_on_zeros(const Operator& op, Args args, IValue* results) {
    if (bare_name(op) != "index") check_devices(args);  // indices may be elsewhere
    StandIns stand_ins(args, zeros_of);
    const OnCpu on_cpu;
    op.kernel(op, stand_ins.args(), results);
    for (size_t i = 0; i < op.schema().returns.size(); ++i) results[i] = on_meta(results[i]);
}

}  // namespace

bool is_meta_call(const Operator& op, Args args) {
    for (size_t i = 0; i < args.size(); ++i)
        if (has_meta(args[i]) || (args[i].is_device() && args[i].to_device().type == DeviceType::meta)) return true;
    if (!t_makes_meta) return false;
    // A factory that is not told where.
    const std::vector<Argument>& formal = op.schema().arguments;
    const auto device = std::ranges::find(formal, "device", &Argument::name);
    if (device == formal.end()) return false;
    const auto place = static_cast<size_t>(device - formal.begin());
    return place < args.size() && args[place].is_none() && (args.size() == 0 || !args[0].is_tensor());
}

void call_meta(const Operator& op, Args args, IValue* results) {
    const Call call{op, args};
    const std::string_view name = bare_name(op);
    if (op.name.starts_with("prim::")) return op.kernel(op, args, results);
    WICK_CHECK(!is_one_of(name, kNumbers), "Tensor.item() cannot be called on meta tensors");
    const bool by_mask = name == "index" && [&] {
        bool found = false;
        for_tensors(args[1], [&](const Tensor& index) {
            found = found || index.dtype() == DType::bool_ || index.dtype() == DType::uint8;
        });
        return found;
    }();
    if (by_mask || is_one_of(name, kByElements))
        throw NotImplementedError(
            fmt::format("aten::{}: attempted to run this operator with Meta tensors, but what it gives depends on "
                        "elements, and there are none.",
                        by_mask ? "nonzero" : name));
    if (op.is_out_variant) return call_out(op, args, results);
    if ((name == "to" || name == "cpu" || name == "cuda" || name == "_to_copy") && call.self()) {
        if (name == "cpu" || name == "cuda") refuse_copy();
        results[0] = IValue(convert(call));
        return;
    }
    const std::vector<Argument>& formal = call.formal;
    if (call.self() && !formal.empty() && formal[0].alias && formal[0].alias->is_write)
        return call_inplace(op, args, results);
    const auto device = std::ranges::find(formal, "device", &Argument::name);
    if (device != formal.end()) {
        const IValue& given = args[static_cast<size_t>(device - formal.begin())];
        const bool to_meta = given.is_device() ? given.to_device().type == DeviceType::meta
                                               : (call.self() ? is_meta(*call.self()) : true);
        results[0] = IValue(call_factory(call, to_meta));
        return;
    }
    if (op.pointwise && op.schema().returns.size() == 1) {
        results[0] = IValue(pointwise_result(op, args));
        return;
    }
    if (const Tensor result = result_by_rule(call); result.defined()) {
        results[0] = IValue(result);
        return;
    }
    const PartsOnMeta parts(op, args);
    if (!op.composite.empty() || op.takes_any_layout) return op.kernel(op, args, results);
    if (op.is_view) {
        try {
            return op.kernel(op, args, results);
        } catch (const NotImplementedError&) {
            // A copy was wanted.
            return call_on_zeros(op, args, results);
        }
    }
    if (!op.decomposition.empty()) return call_as_kernel(decomposition_function(op), args, results);
    call_on_zeros(op, args, results);
}

}  // namespace wick::jit
