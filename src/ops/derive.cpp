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
    const size_t out_count = base.schema().returns.size();
    const size_t inputs = args.size() - out_count;
    const std::vector<Argument>& formal = base.schema().arguments;
    const bool drops = drops_options(base.schema());
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

Schema Operator::derived_schema() const {
    Schema schema = derived_from->schema();
    schema.name = name;
    schema.overload = overload;
    WICK_ASSERT(is_out_variant ? !schema.returns.empty() : schema.returns.size() == 1);
    if (!is_out_variant) {
        mark_written(schema.arguments[0], "a");
        mark_written(schema.returns[0], "a");
        return schema;
    }
    if (drops_options(schema)) std::erase_if(schema.arguments, is_tensor_option);
    for (size_t k = 0; k < schema.returns.size(); ++k) {
        Argument& result = schema.returns[k];
        const std::string set(1, static_cast<char>('a' + k));
        mark_written(result, set);
        Argument argument;
        argument.name = k < out_names_.size() ? std::string(out_names_[k]) : result.name.empty() ? "out" : result.name;
        argument.type = tensor_type();
        argument.kwarg_only = true;
        argument.is_out = true;
        mark_written(argument, set);
        schema.arguments.push_back(std::move(argument));
    }
    return schema;
}

std::unique_ptr<Operator> OperatorEntry::derived(Kernel::Call copying) const {
    WICK_ASSERT(op_->kernel);
    auto op = std::make_unique<Operator>();
    op->derived_from = op_;
    op->has_side_effects = op_->has_side_effects;
    op->is_tensor_method = op_->is_tensor_method;
    op->pointwise = op_->pointwise;
    op->kernel = op_->pointwise ? op_->kernel : Kernel{copying, nullptr};
    return op;
}

OperatorEntry& OperatorEntry::inplace(std::string_view overload) {
    std::unique_ptr<Operator> op = derived(&call_inplace);
    op->name = op_->name + "_";
    op->overload = overload.empty() ? std::string_view(op_->overload) : overload;
    registry_->insert(std::move(op));
    return *this;
}

OperatorEntry& OperatorEntry::out(std::string_view overload, std::initializer_list<std::string_view> names) {
    std::unique_ptr<Operator> op = derived(&call_out);
    const std::string& own = op_->overload;
    op->name = op_->name;
    op->overload = !overload.empty() ? std::string(overload) : own.empty() || own == "Tensor" ? "out" : own + "_out";
    op->is_out_variant = true;
    op->out_names_ = names;
    registry_->insert(std::move(op));
    return *this;
}

}  // namespace wick::jit
