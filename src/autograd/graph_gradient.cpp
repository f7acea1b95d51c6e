// prim::DifferentiableGraph: a piece of a program that is recorded as one function, with a compiled backward.

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>

#include "autograd/differentiate.h"
#include "autograd/history.h"
#include "autograd/packed_tensor.h"
#include "autograd/saved_value.h"
#include "ops/recording.h"
#include "ops/script_call.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {
namespace {

/// Per input, whether its gradient is wanted.
using Wanted = SmallVector<bool, 16>;

IntrusivePtr<jit::Function> function_of(const jit::Graph& graph) {
    // Without anything wanted, forward is the graph itself.
    return differentiate(graph, Wanted(graph.inputs().size())).forward;
}

class DifferentiableFunction : public RefCounted {
 public:
    struct Differentiated {
        Wanted wanted;
        DifferentiatedGraph graph;
    };

    explicit DifferentiableFunction(std::shared_ptr<jit::Graph> graph)
        : graph_(std::move(graph)), plain_(function_of(*graph_)) {}

    const IntrusivePtr<jit::Function>& plain() const { return plain_; }
    size_t outputs() const { return graph_->outputs().size(); }
    /// As long as the function is there.
    const Differentiated& differentiated(const Wanted& wanted) {
        // Nearly always as the last time.
        if (const Differentiated* last = last_.load(std::memory_order_acquire); last && last->wanted == wanted)
            return *last;
        const std::lock_guard lock(mutex_);
        auto known = std::ranges::find(known_, wanted, &Differentiated::wanted);
        if (known == known_.end()) known = known_.insert(known, {wanted, differentiate(*graph_, wanted)});
        last_.store(&*known, std::memory_order_release);
        return *known;
    }

 private:
    const std::shared_ptr<jit::Graph> graph_;
    const IntrusivePtr<jit::Function> plain_;
    std::mutex mutex_;
    std::list<Differentiated> known_;
    std::atomic<const Differentiated*> last_{nullptr};
};

std::vector<IValue> elements_of(const IValue& value) {
    TupleObject& tuple = value.to_tuple();
    return tuple.use_count() == 1 ? std::move(tuple.elements) : tuple.elements;
}

class GraphGradient : public GradFunction {
 public:
    GraphGradient(const DifferentiableFunction::Differentiated& differentiated,
                  IntrusivePtr<DifferentiableFunction> function, jit::Args inputs)
        : graph_(differentiated.graph), function_(std::move(function)), wanted_(differentiated.wanted) {
        edges.reserve(inputs.size());
        saved_.reserve(inputs.size() + graph_.more_outputs);
        const bool packs = current_packer();
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!wanted_[i]) {
                saved_.add(SavedValue::save(inputs[i], *this));
                continue;
            }
            const auto number = static_cast<int32_t>(edges.size());
            const Edge& edge = edges.emplace_back(gradient_edge(inputs[i].tensor_ref()));
            saved_.add(edge.leaf && !packs ? SavedValue::save_leaf(*edge.leaf, number)
                                           : SavedValue::save(inputs[i], *this, number));
        }
    }

    /// Gives the outputs their history and saves what backward asks for.
    void set_results(std::span<IValue> results) {
        for (size_t number : graph_.outputs) {
            const Tensor& tensor = results[number].tensor_ref();
            const bool has_gradient = is_differentiable(tensor.dtype());
            output_of_.push_back(has_gradient ? static_cast<int32_t>(outputs.size()) : -1);
            if (has_gradient) set_history(tensor, IntrusivePtr<GradFunction>(this));
        }
        for (size_t i = function_->outputs(); i < results.size(); ++i)
            saved_.add(SavedValue::save_own(std::move(results[i])));
    }

    std::vector<Tensor> apply(const std::vector<Tensor>& gradients) override {
        if (GradMode::is_enabled()) return apply_recorded(gradients);
        std::vector<IValue> inputs;
        for (int32_t output : output_of_)
            inputs.emplace_back(output < 0                    ? Tensor()
                                : gradients[output].defined() ? gradients[output]
                                                              : zeros_for(outputs[output]));
        for (IValue& value : saved_.unpack(*this, graph_.reads)) inputs.push_back(std::move(value));
        std::vector<Tensor> found;
        for (const IValue& gradient : elements_of(jit::call_script(*graph_.backward, std::move(inputs))))
            found.push_back(gradient.to_tensor());
        return found;
    }

    std::string name() const override { return "DifferentiableGraphBackward"; }
    void release_saved() override { saved_.release(); }

 private:
    /// Gradients of which gradients will be wanted: the original is run again, operator by operator.
    std::vector<Tensor> apply_recorded(const std::vector<Tensor>& gradients) {
        std::vector<SavedValues::Read> reads;
        for (size_t i = 0; i < wanted_.size(); ++i) reads.push_back({i, false});
        std::vector<IValue> inputs = saved_.unpack(*this, reads);
        std::vector<Tensor> wanted;
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!wanted_[i]) continue;
            // A handle of its own, so that the pass ends here.
            inputs[i] = jit::call_operator("aten::alias", {inputs[i]});
            wanted.push_back(inputs[i].tensor_ref());
        }
        IValue whole = jit::call_script(*function_->plain(), std::move(inputs));
        const std::vector<IValue> results =
            function_->outputs() == 1 ? std::vector<IValue>{std::move(whole)} : elements_of(whole);
        std::vector<Tensor> from, given;
        for (size_t k = 0; k < output_of_.size(); ++k) {
            if (output_of_[k] < 0 || !gradients[output_of_[k]].defined()) continue;
            from.push_back(results[graph_.outputs[k]].tensor_ref());
            given.push_back(gradients[output_of_[k]]);
        }
        return grad(from, wanted, given, true, true, true);
    }

    const DifferentiatedGraph& graph_;
    const IntrusivePtr<DifferentiableFunction> function_;
    const Wanted& wanted_;
    SavedValues saved_;                  ///< the inputs, and what forward gave for backward
    SmallVector<int32_t, 4> output_of_;  ///< per differentiable output: its number among outputs, or -1
};

/// Which inputs want a gradient. Nothing is recorded where none does, or when something is complex, which the compiled
/// gradients are not for.
Wanted wanted_of(jit::Args inputs, bool& records) {
    Wanted wanted;
    bool any = false, is_real = true;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const IValue& input = inputs[i];
        const TensorImpl* tensor = input.is_tensor() ? input.tensor_ref().impl() : nullptr;
        is_real = is_real && !(tensor ? is_complex(tensor->dtype) : input.is_complex());
        any = wanted.emplace_back(tensor && input.tensor_ref().requires_grad()) || any;
    }
    records = any && is_real && GradMode::is_enabled();
    return wanted;
}

}  // namespace
}  // namespace wick::autograd

namespace wick::jit {

using namespace autograd;

IntrusivePtr<RefCounted> make_differentiable(std::shared_ptr<Graph> graph) {
    return make_intrusive<DifferentiableFunction>(std::move(graph));
}

GroupCall begin_group(RefCounted& group, Args inputs) {
    auto& function = static_cast<DifferentiableFunction&>(group);
    bool records = false;
    const Wanted wanted = wanted_of(inputs, records);
    if (!records) return {function.plain().get(), function.outputs(), nullptr};
    const DifferentiableFunction::Differentiated& differentiated = function.differentiated(wanted);
    return {differentiated.graph.forward.get(), function.outputs(),
            make_intrusive<GraphGradient>(differentiated, IntrusivePtr<DifferentiableFunction>(&function), inputs)};
}

void end_group(RefCounted& record, std::span<IValue> results) {
    static_cast<GraphGradient&>(record).set_results(results);
}

}  // namespace wick::jit
