#include "autograd/pointwise_derivative.h"

#include <mutex>

#include "autograd/formula.h"
#include "ops/expr_derivative.h"
#include "ops/pointwise.h"

namespace wick::autograd {

using namespace jit;

namespace {

std::string schema_text(const Operator& op, size_t argument) {
    const Schema& schema = op.schema();
    std::string text = fmt::format("{}_gradient_of_{}{}{}(", schema.name, schema.arguments[argument].name,
                                   schema.overload.empty() ? "" : ".", schema.overload);
    for (const Argument& formal : schema.arguments)
        text +=
            fmt::format("{} {}, ", formal.written_type.empty() ? formal.type->str() : formal.written_type, formal.name);
    // Numbered, since the derivative's own derivatives have more of them.
    return text + fmt::format("Tensor gradient{0}, bool is_complex{0}) -> Tensor", schema.arguments.size());
}

void add_derivative(Registry& registry, const Operator& op, size_t argument) {
    const size_t count = op.schema().arguments.size();
    std::vector<bool> selects = op.pointwise->selects();
    selects.push_back(false);  // gradient
    selects.push_back(true);   // is_complex
    registry.add(schema_text(op, argument))
        .pointwise(ops::kPromote, std::move(selects), [&op, argument, count](PointwiseRecording& recording) {
            const ops::ExprGraph& graph = op.pointwise->kernel_for({recording.args.slots, count}).graph();
            const auto gradient =
                ops::record_gradient(graph, static_cast<int16_t>(argument), static_cast<int16_t>(count),
                                     recording.args[count + 1].to_bool(), recording.recorder);
            return gradient ? *gradient : Expr(&recording.recorder, recording.recorder.constant(Scalar(0)));
        });
}

}  // namespace

const Operator& pointwise_derivative(const Operator& op, size_t argument) {
    std::atomic<const Operator*>& slot = derivatives_of(op).gradients[argument];
    if (const Operator* known = slot.load(std::memory_order_acquire)) return *known;
    static std::mutex mutex;
    static auto* registry = new Registry();
    const std::lock_guard lock(mutex);
    if (!slot.load(std::memory_order_acquire)) {
        add_derivative(*registry, op, argument);
        slot.store(registry->all().back(), std::memory_order_release);
    }
    return *slot.load(std::memory_order_acquire);
}

bool is_complex_call(Args args) {
    for (size_t i = 0; i < args.size(); ++i)
        if (args[i].is_complex() || (args[i].is_tensor() && is_complex(args[i].tensor_ref().dtype()))) return true;
    return false;
}

}  // namespace wick::autograd
