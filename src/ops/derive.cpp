// In-place and out= variants, made from the functional entry.
//
// A pointwise operator's variants share its body, which writes where it is told. Any other operator's variants call the
// functional kernel and copy its results over.

#include <algorithm>

#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

void call_inplace(const Operator& op, const void*, Args args, IValue* results) {
    const Operator& base = *op.derived_from;
    IValue result;
    base.kernel(base, args, &result);
    const Tensor& self = args[0].tensor_ref();
    const Tensor& value = result.tensor_ref();
    ops::check_can_cast(value.dtype(), self.dtype());
    WICK_CHECK(value.sizes() == self.sizes(), "output with shape {} doesn't match the broadcast shape {}",
               format_sizes(self.sizes()), format_sizes(value.sizes()));
    ops::check_no_internal_overlap(self);
    ops::copy_into(self, value);
    results[0] = IValue(self);
}

constexpr std::string_view kTensorOptions[] = {"dtype", "layout", "device", "pin_memory"};

bool is_tensor_option(const Argument& argument) {
    return argument.kwarg_only && std::ranges::find(kTensorOptions, argument.name) != std::end(kTensorOptions);
}

/// Factories lose their dtype, layout, device and pin_memory in out= form: the tensor decides.
bool drops_options(const Schema& schema) { return schema.find_argument("pin_memory") >= 0; }

void call_out(const Operator& op, const void*, Args args, IValue* results) {
    const Operator& base = *op.derived_from;
    const size_t out_count = base.schema.returns.size();
    const size_t inputs = args.size() - out_count;
    const std::vector<Argument>& formal = base.schema.arguments;
    const bool drops = drops_options(base.schema);
    IValue dtype(static_cast<int64_t>(args[inputs].tensor_ref().dtype()));
    IValue none;
    std::vector<IValue*> slots;
    for (size_t i = 0, next = 0; i < formal.size(); ++i) {
        const bool dropped = drops && is_tensor_option(formal[i]);
        slots.push_back(!dropped ? args.slots[next++] : formal[i].name == "dtype" ? &dtype : &none);
    }
    std::vector<IValue> values(out_count);
    base.kernel(base, Args{slots.data(), slots.size()}, values.data());
    for (size_t k = 0; k < out_count; ++k) {
        const Tensor& out = args[inputs + k].tensor_ref();
        ops::write_out(out, values[k].tensor_ref());
        results[k] = IValue(out);
    }
}

/// Annotates a tensor argument or result as `Tensor(set!)`.
void mark_written(Argument& argument, const std::string& set) {
    argument.alias = AliasInfo{{set}, {set}, true, {}};
    argument.written_type = fmt::format("Tensor({}!)", set);
}

}  // namespace

OperatorEntry& OperatorEntry::inplace(std::string_view overload) {
    WICK_ASSERT(op_->kernel && op_->schema.returns.size() == 1);
    Schema schema = op_->schema;
    schema.name += "_";
    if (!overload.empty()) schema.overload = overload;
    mark_written(schema.arguments[0], "a");
    mark_written(schema.returns[0], "a");
    Operator* derived = registry_->insert(std::move(schema));
    derived->derived_from = op_;
    derived->has_side_effects = op_->has_side_effects;
    derived->pointwise = op_->pointwise;
    derived->kernel = op_->pointwise ? op_->kernel : Kernel{&call_inplace, nullptr};
    return *this;
}

OperatorEntry& OperatorEntry::out(std::string_view overload, std::initializer_list<std::string_view> names) {
    WICK_ASSERT(op_->kernel && !op_->schema.returns.empty());
    Schema schema = op_->schema;
    const std::string& own = op_->schema.overload;
    schema.overload = !overload.empty() ? std::string(overload) : own.empty() || own == "Tensor" ? "out" : own + "_out";
    if (drops_options(schema)) std::erase_if(schema.arguments, is_tensor_option);
    std::vector<std::string_view> given(names);
    for (size_t k = 0; k < schema.returns.size(); ++k) {
        Argument& result = schema.returns[k];
        const std::string set(1, static_cast<char>('a' + k));
        mark_written(result, set);
        Argument argument;
        argument.name = k < given.size() ? std::string(given[k]) : result.name.empty() ? "out" : result.name;
        argument.type = tensor_type();
        argument.kwarg_only = true;
        argument.is_out = true;
        mark_written(argument, set);
        schema.arguments.push_back(std::move(argument));
    }
    Operator* derived = registry_->insert(std::move(schema));
    derived->derived_from = op_;
    derived->has_side_effects = op_->has_side_effects;
    derived->pointwise = op_->pointwise;
    derived->kernel = op_->pointwise ? op_->kernel : Kernel{&call_out, nullptr};
    return *this;
}

}  // namespace wick::jit
