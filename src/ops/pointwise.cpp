#include "ops/pointwise.h"

#include <algorithm>

#include <wick/tensor/default_dtype.h>

#include "ops/expr_derivative.h"
#include "ops/op_errors.h"

namespace wick::ops {
namespace {

/// The categories of result_type, each with the dtype collected so far.
struct Promotion {
    std::optional<DType> dimensioned;
    std::optional<DType> zero_dim;
    std::optional<DType> number;

    static void add(std::optional<DType>& to, DType dtype) { to = to ? promote_types(*to, dtype) : dtype; }

    void add(const Operand& operand) {
        if (operand.tensor) {
            add(operand.tensor->dim() > 0 ? dimensioned : zero_dim, operand.tensor->dtype());
        } else if (operand.promotes) {
            add(number, default_dtype_of(operand.number));
        }
    }

    static std::optional<DType> combine(std::optional<DType> higher, std::optional<DType> lower) {
        if (!higher || !lower) return higher ? higher : lower;
        if (is_complex(*higher)) return higher;
        if (is_floating(*higher)) return is_complex(*lower) ? to_complex(*higher) : *higher;
        if (*higher == DType::bool_ || is_floating(*lower) || is_complex(*lower)) return promote_types(*higher, *lower);
        return higher;
    }

    DType result() const { return combine(dimensioned, combine(zero_dim, number)).value_or(default_dtype()); }
};

/// The inputs that the result depends on.
ArgumentSet inputs_below(const ExprGraph& graph) {
    ArgumentSet inputs = 0;
    std::vector<bool> is_needed(graph.nodes.size());
    is_needed[graph.result] = true;
    // Operands stand before their users.
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        if (!is_needed[i]) continue;
        const ExprNode& node = graph.nodes[i];
        if (node.kind == ExprNode::Kind::input) inputs |= ArgumentSet{1} << node.input;
        for (int16_t operand : node.operands)
            if (operand >= 0) is_needed[operand] = true;
    }
    return inputs;
}

bool same_elements(const Tensor& a, const Tensor& b) {
    return a.storage_offset() == b.storage_offset() && a.dtype() == b.dtype() && a.sizes() == b.sizes() &&
           a.strides() == b.strides();
}

}  // namespace

DType result_type(std::span<const Operand> operands) {
    Promotion promotion;
    for (const Operand& operand : operands) promotion.add(operand);
    return promotion.result();
}

PointwiseKernel::PointwiseKernel(std::string name, Rule rule, ExprGraph graph, size_t inputs)
    : name_(std::move(name)), rule_(rule), graph_(std::move(graph)), inputs_(inputs), gradient_reads_(2 * inputs) {
    for (size_t i = 0; i < inputs; ++i) flag_inputs_.push_back(graph_.input_is_flag(static_cast<int16_t>(i)));
}

PointwiseKernel::~PointwiseKernel() {
    for (auto& program : programs_) delete program.load();
}

std::optional<ArgumentSet> PointwiseKernel::gradient_reads(size_t input, bool is_complex) const {
    constexpr uint32_t kKnown = uint32_t{1} << 31, kZero = uint32_t{1} << 30;
    std::atomic<uint32_t>& slot = gradient_reads_[2 * input + is_complex];
    uint32_t reads = slot.load(std::memory_order_relaxed);
    if (reads == 0) {
        reads = kKnown;
        ExprRecorder recorder;
        const auto gradient = static_cast<int16_t>(inputs_);
        if (const auto found = record_gradient(graph_, static_cast<int16_t>(input), gradient, is_complex, recorder)) {
            const int16_t result = found->node_in(recorder);
            reads |= inputs_below(std::move(recorder).finish(result)) & ~(uint32_t{1} << gradient);
        } else {
            reads |= kZero;
        }
        slot.store(reads, std::memory_order_relaxed);
    }
    return reads & kZero ? std::nullopt : std::optional<ArgumentSet>(reads & ~kKnown);
}

PointwiseKernel::Types PointwiseKernel::types_of(std::span<const Operand> operands) const {
    Promotion promotion;
    DType tensors[8];
    size_t count = 0;
    for (size_t i = 0; i < operands.size(); ++i) {
        if (flag_inputs_[i]) {
            if (rule_.check_flag && operands[i].tensor) rule_.check_flag(operands[i].tensor->dtype());
            continue;
        }
        promotion.add(operands[i]);
        if (operands[i].tensor && count < std::size(tensors)) tensors[count++] = operands[i].tensor->dtype();
    }
    if (rule_.check) rule_.check({tensors, count});
    DType dtype = promotion.result();
    const bool integral = is_integral(dtype, true);
    switch (rule_.kind) {
        case DTypeRule::int_to_float:
            if (integral) dtype = default_dtype();
            return {dtype, dtype};
        case DTypeRule::compare:
            return {dtype, DType::bool_};
        case DTypeRule::integral:
            WICK_CHECK_IMPLEMENTED(integral, name_, dtype);
            return {dtype, dtype};
        case DTypeRule::floating:
            WICK_CHECK_IMPLEMENTED(!integral, name_, dtype);
            return {dtype, dtype};
        case DTypeRule::real:
            return {dtype, to_real(dtype)};
        case DTypeRule::promote:
            break;
    }
    return {dtype, dtype};
}

const VectorProgram& PointwiseKernel::program(DType compute) const {
    const Lane lane = lane_of(compute);
    std::atomic<const VectorProgram*>& slot = programs_[static_cast<size_t>(lane)];
    const VectorProgram* program = slot.load(std::memory_order_acquire);
    if (program) return *program;
    auto made = std::make_unique<const VectorProgram>(VectorProgram::compile(graph_, inputs_, lane, name_, compute));
    if (slot.compare_exchange_strong(program, made.get(), std::memory_order_acq_rel)) return *made.release();
    return *program;
}

void PointwiseKernel::run(const Tensor& out, std::span<const Operand> operands, DType compute) const {
    if (out.numel() == 0) return;
    const VectorProgram& code = program(compute);
    SmallVector<VectorInput, 4> inputs(operands.size());
    std::vector<Tensor> copies;
    // Everything lies alike in memory: position p is element p of each.
    bool linear = is_non_overlapping_and_dense(out);
    for (size_t i = 0; i < operands.size(); ++i) {
        VectorInput& input = inputs[i];
        if (!operands[i].tensor) {
            input.number = operands[i].number;
            continue;
        }
        const Tensor* tensor = operands[i].tensor;
        if (tensor->impl()->storage == out.impl()->storage && !same_elements(*tensor, out)) {
            copies.push_back(clone(*tensor));
            input.data = copies.back().data_ptr();
        }
        if (!input.data) input.data = tensor->data_ptr();
        input.dtype = tensor->dtype();
        input.single = tensor->numel() == 1 && out.numel() != 1;
        if (tensor->numel() == 1) continue;
        linear = linear && tensor->sizes() == out.sizes() &&
                 ((tensor->is_contiguous() && out.is_contiguous()) || tensor->strides() == out.strides());
    }
    void* data = out.mutable_data_ptr();
    for (size_t i = 0; i < operands.size(); ++i) {
        // Writing may have moved read-only memory; an input that is the output moved with it.
        const Tensor* tensor = operands[i].tensor;
        if (tensor && tensor->impl()->storage == out.impl()->storage && same_elements(*tensor, out))
            inputs[i].data = data;
    }
    if (linear)
        return run_vector_program(code, {inputs.data(), inputs.size()}, data, out.dtype(), nullptr, out.numel());

    std::vector<OperandGeometry> geometry{OperandGeometry(out)};
    size_t copy = 0;
    for (size_t i = 0; i < operands.size(); ++i) {
        const Tensor* tensor = operands[i].tensor;
        if (tensor && copy < copies.size() && inputs[i].data == copies[copy].data_ptr()) tensor = &copies[copy++];
        if (tensor && !inputs[i].single) {
            geometry.emplace_back(*tensor);
        } else {
            geometry.emplace_back(IntArrayRef(), IntArrayRef());
        }
    }
    const Loop loop(out.sizes(), geometry);
    run_vector_program(code, {inputs.data(), inputs.size()}, data, out.dtype(), &loop, out.numel());
}

static DimVector broadcast_of(std::span<const Operand> operands) {
    const Tensor* first = nullptr;
    bool same = true;
    for (const Operand& operand : operands) {
        if (!operand.tensor) continue;
        if (!first) first = operand.tensor;
        same = same && operand.tensor->sizes() == first->sizes();
    }
    if (!first) return {};
    if (same) return DimVector(first->sizes());
    DimVector sizes(first->sizes());
    for (const Operand& operand : operands)
        if (operand.tensor) sizes = broadcast_sizes(sizes, operand.tensor->sizes());
    return sizes;
}

/// What most calls are: one instruction on tensors of its own dtypes that lie alike, and on numbers. For few elements:
/// setting up a machine would take longer than running it. Undefined when it is something else.
static Tensor run_instruction(const VectorProgram& code, std::span<const Operand> operands, DType result) {
    constexpr int64_t kFew = 1024, kFewNumbers = 8;
    if (code.instructions.size() != 1 || !code.casts.empty() || operands.empty() || !operands[0].tensor ||
        dtype_of_lane(code.result_lane) != result)
        return {};
    const Tensor& first = *operands[0].tensor;
    const int64_t count = first.numel();
    if (count == 0 || count > kFew) return {};
    for (size_t i = 0; i < operands.size(); ++i) {
        const Tensor* tensor = operands[i].tensor;
        if (!code.reads[i] || (!tensor && count <= kFewNumbers)) continue;
        if (!tensor || tensor->dtype() != dtype_of_lane(code.input_lanes[i]) || !tensor->is_contiguous() ||
            tensor->sizes() != first.sizes())
            return {};
    }
    if (!code.reads[0] || (!code.constants.empty() && count > kFewNumbers)) return {};

    const VectorProgram::Instruction& instruction = code.instructions[0];
    alignas(16) char numbers[3][16 * kFewNumbers];
    const void* values[3];
    for (size_t k = 0; k < 3; ++k) {
        const auto slot = static_cast<size_t>(instruction.operands[k]);
        const size_t constant = slot - operands.size();
        values[k] = numbers[k];
        if (slot < operands.size() && operands[slot].tensor)
            values[k] = operands[slot].tensor->data_ptr();
        else if (slot < operands.size())
            splat(operands[slot].number, code.input_lanes[slot], numbers[k], count);
        else if (constant < code.constants.size())
            splat(code.constants[constant], code.constant_lanes[constant], numbers[k], count);
    }
    const Tensor out = empty(first.sizes(), result);
    instruction.loop(values[0], values[1], values[2], out.mutable_data_ptr(), static_cast<size_t>(count));
    return out;
}

Tensor PointwiseKernel::operator()(std::span<const Operand> operands) const {
    const Types types = types_of(operands);
    if (const Tensor out = run_instruction(program(types.compute), operands, types.result); out.defined()) return out;
    const DimVector sizes = broadcast_of(operands);
    bool contiguous = true;
    SmallVector<const Tensor*, 8> full;
    for (const Operand& operand : operands) {
        if (!operand.tensor || operand.tensor->numel() == 1) continue;
        full.push_back(operand.tensor);
        contiguous = contiguous && operand.tensor->is_contiguous();
    }
    Tensor out;
    if (contiguous) {
        out = empty(sizes, types.result);
    } else {
        std::vector<OperandGeometry> geometry;
        for (const Tensor* tensor : full) geometry.emplace_back(*tensor);
        out = empty_strided(sizes, strides_in_order(sizes, memory_order(sizes, geometry)), types.result);
    }
    run(out, operands, types.compute);
    return out;
}

void PointwiseKernel::run_into(const Tensor& out, std::span<const Operand> operands, bool resizes) const {
    const Types types = types_of(operands);
    const DimVector sizes = broadcast_of(operands);
    check_can_cast(types.result, out.dtype());
    if (resizes) resize(out, sizes);
    WICK_CHECK(out.sizes() == IntArrayRef(sizes), "output with shape {} doesn't match the broadcast shape {}",
               format_sizes(out.sizes()), format_sizes(sizes));
    check_no_internal_overlap(out);
    run(out, operands, types.compute);
}

}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

struct PointwiseBody::Variant {
    std::vector<IValue> key;
    ArgumentSet absent;
    ArgumentSet ones;
    PointwiseKernel kernel;
    const Variant* next;
};

PointwiseBody::PointwiseBody(const Operator& op, Rule rule, std::vector<bool> selects, Build build)
    : op_(op), rule_(rule), selects_(std::move(selects)), build_(std::move(build)) {}

PointwiseBody::~PointwiseBody() {
    for (const Variant* variant = variants_.load(); variant;) delete std::exchange(variant, variant->next);
}

const PointwiseKernel& PointwiseBody::kernel_for(Args args) const {
    const size_t count = selects_.size();
    const ArgumentSet alphas = roles().alphas;
    ArgumentSet absent = 0;
    ArgumentSet ones = 0;
    for (size_t i = 0; i < count; ++i) {
        const IValue& value = args[i];
        if (value.is_none()) absent |= ArgumentSet{1} << i;
        if (contains(alphas, i) && value.is_int() && value.to_int() == 1) ones |= ArgumentSet{1} << i;
    }
    auto fits = [&](const Variant& variant) {
        if (variant.absent != absent || variant.ones != ones) return false;
        size_t next = 0;
        for (size_t i = 0; next < variant.key.size(); ++i)
            if (selects_[i] && !args[i].equals(variant.key[next++])) return false;
        return true;
    };
    const Variant* first = variants_.load(std::memory_order_acquire);
    for (const Variant* variant = first; variant; variant = variant->next)
        if (fits(*variant)) return variant->kernel;

    ExprRecorder recorder;
    PointwiseRecording recording{recorder, args, ones};
    const Expr result = build_(recording);
    const int16_t node = result.node_in(recorder);
    std::vector<IValue> key;
    size_t inputs = 0;
    for (size_t i = 0; i < count; ++i) {
        if (selects_[i])
            key.push_back(args[i]);
        else
            inputs = i + 1;
    }
    // Without its namespace, for messages.
    const std::string name = op_.name.substr(op_.name.find("::") + 2);
    auto* made =
        new Variant{std::move(key), absent, ones, {name, rule_, std::move(recorder).finish(node), inputs}, first};
    // Two threads may record the same variant at once; both stay, and either serves.
    while (!variants_.compare_exchange_weak(made->next, made, std::memory_order_acq_rel)) {
    }
    return made->kernel;
}

const PointwiseBody::Roles& PointwiseBody::roles() const {
    static constexpr std::string_view kPromoting[] = {"self", "other", "exponent", "end", "min", "max"};
    std::call_once(roles_known_, [&] {
        const std::vector<Argument>& arguments = op_.schema().arguments;
        WICK_ASSERT(selects_.size() == arguments.size() && arguments.size() <= 32);
        for (size_t i = 0; i < arguments.size(); ++i) {
            const std::string& name = arguments[i].name;
            if (std::ranges::find(kPromoting, name) != std::end(kPromoting)) roles_.promotes |= ArgumentSet{1} << i;
            if (name == "alpha") roles_.alphas |= ArgumentSet{1} << i;
        }
    });
    return roles_;
}

static void check_alpha(const Scalar& alpha, DType result) {
    WICK_CHECK(!alpha.is_bool() || result == DType::bool_, "Boolean alpha only supported for Boolean results.");
    WICK_CHECK(!is_integral(result, true) || alpha.is_integral(),
               "For integral input tensors, argument alpha must not be a floating point number.");
    WICK_CHECK(!alpha.is_complex() || is_complex(result),
               "For non-complex input tensors, argument alpha must not be a complex number.");
}

void call_pointwise(const Operator& op, const void*, Args args, IValue* results) {
    const PointwiseBody& body = *op.pointwise;
    const std::vector<bool>& selects = body.selects();
    const PointwiseBody::Roles& roles = body.roles();
    const size_t count = selects.size();
    const PointwiseKernel& kernel = body.kernel_for(args);
    SmallVector<Operand, 4> list;
    for (size_t i = 0; i < count; ++i) {
        const IValue& value = args[i];
        if (value.is_none()) check_takes_none(op, i);
        if (selects[i] || value.is_none()) {
            list.push_back(Operand(Scalar(false), false));
        } else if (value.is_tensor()) {
            list.push_back(Operand(value.tensor_ref()));
        } else {
            list.push_back(Operand(value.to_scalar(), contains(roles.promotes, i)));
        }
    }
    while (!list.empty() && selects[list.size() - 1]) list.pop_back();
    const std::span<const Operand> operands(list.data(), list.size());
    for (size_t i = 0; roles.alphas && i < operands.size(); ++i) {
        // An int suits every result.
        if (contains(roles.alphas, i) && !operands[i].tensor && !args[i].is_int())
            check_alpha(operands[i].number, result_type(operands));
    }
    const bool writes_self =
        args.size() == count && op.schema().arguments[0].alias && op.schema().arguments[0].alias->is_write;
    if (args.size() > count || writes_self) {
        const Tensor& out = writes_self ? args[0].tensor_ref() : args[count].tensor_ref();
        kernel.run_into(out, operands, !writes_self);
        results[0] = IValue(out);
        return;
    }
    results[0] = IValue(kernel(operands));
}

}  // namespace wick::jit
