#include "autograd/differentiate.h"

#include <algorithm>
#include <unordered_map>

#include <wick/support/check.h>

#include "autograd/formula.h"
#include "autograd/operator_gradient.h"
#include "autograd/pointwise_derivative.h"
#include "frontend/emitter.h"
#include "ops/pointwise.h"
#include "passes/eliminate_dead_code.h"

namespace wick::autograd {

using namespace jit;

namespace {

bool is_tensor(const Value* value) { return value->type->is(TypeKind::Tensor); }

class Differentiator {
 public:
    Differentiator(const Graph& graph, ArrayRef<bool> wanted)
        : forward_(graph.copy()), backward_(std::make_shared<Graph>()) {
        for (size_t i = 0; i < wanted.size(); ++i)
            if (wanted[i]) depends_[forward_->inputs()[i]] = true;
    }

    DifferentiatedGraph run(ArrayRef<bool> wanted) {
        std::vector<const Node*> nodes;
        for (const Node* node : forward_->block()->nodes()) {
            if (!has_gradient(node)) continue;
            nodes.push_back(node);
            for (const Value* output : node->outputs) depends_[output] = is_tensor(output);
        }
        DifferentiatedGraph result;
        const std::vector<Value*> originals = forward_->outputs();
        for (size_t i = 0; i < originals.size(); ++i) {
            if (!depends_[originals[i]]) continue;
            result.outputs.push_back(i);
            add(originals[i], backward_->add_input("grad", tensor_type()));
        }
        for (auto at = nodes.rbegin(); at != nodes.rend(); ++at) differentiate_node(*at);
        Node* gradients = backward_->create(sym::prim_TupleConstruct);
        std::vector<TypePtr> types;
        for (size_t i = 0; i < wanted.size(); ++i) {
            if (!wanted[i]) continue;
            const auto found = gradients_.find(forward_->inputs()[i]);
            gradients->add_input(found != gradients_.end() ? found->second : none());
            types.push_back(optional_type(tensor_type()));
        }
        gradients->output()->set_type(tuple_type(std::move(types)));
        backward_->insert(gradients);
        backward_->register_output(gradients->output());
        eliminate_dead_code(*backward_);
        read_elements_for_geometry();
        result.reads = save_what_is_read();
        result.more_outputs = forward_->outputs().size() - originals.size();
        result.forward = function_of("forward", forward_);
        result.backward = function_of("backward", backward_);
        return result;
    }

 private:
    static IntrusivePtr<jit::Function> function_of(std::string name, std::shared_ptr<Graph> graph) {
        Schema schema;
        schema.name = name;
        for (const Value* input : graph->inputs()) {
            Argument argument;
            argument.name = "a" + std::to_string(schema.arguments.size());
            argument.type = input->type;
            schema.arguments.push_back(std::move(argument));
        }
        for (const Value* output : graph->outputs()) {
            Argument result;
            result.type = output->type;
            schema.returns.push_back(std::move(result));
        }
        return make_intrusive<jit::Function>(std::move(name), std::move(schema), std::move(graph));
    }

    /// Whether a gradient goes through the node.
    bool has_gradient(const Node* node) {
        if (!node->op || node->op->differentiation != Differentiation::formulas) return false;
        for (const Value* input : node->inputs)
            if (is_tensor(input) && depends_[input]) return true;
        return false;
    }

    void add(const Value* value, Value* gradient) {
        Value*& sum = gradients_[value];
        sum = sum ? backward_->insert_op("aten::add.Tensor", {sum, gradient}) : gradient;
    }

    Value* none() { return backward_->insert_constant(IValue(), none_type()); }

    /// A value of the forward graph in the backward graph: constants are made again, the rest is saved.
    Value* kept(Value* value) {
        Value*& copy = kept_[value];
        if (copy) return copy;
        if (value->node->kind == sym::prim_Constant) {
            copy = backward_->insert(backward_->create_clone(value->node, [](Value* v) { return v; }))->output();
            return copy;
        }
        copy = backward_->add_input("", value->type);
        saved_.push_back({value, copy, false});
        return copy;
    }
    /// Its shape and dtype. Inputs are saved whatever is read of them; of others no more is saved than that.
    Value* kept_geometry(Value* value) {
        if (!is_tensor(value)) return kept(value);
        Value*& geometry = geometries_[value];
        if (geometry) return geometry;
        if (!is_input(value)) return geometry = kept(forward_->insert_op("wick::geometry", {value}));
        geometry = backward_->add_input("", value->type);
        saved_.push_back({value, geometry, true});
        return geometry;
    }
    static bool is_input(const Value* value) { return value->node->kind == sym::prim_Param; }
    Value* kept_for(Value* value, Formula::Need need) {
        if (need == Formula::Need::nothing) return none();
        return need == Formula::Need::geometry ? kept_geometry(value) : kept(value);
    }

    Value* gradient_of(Value* output) {
        const auto found = gradients_.find(output);
        if (found != gradients_.end()) return found->second;
        return is_tensor(output) ? backward_->insert_op("aten::zeros_like", {kept_geometry(output)}) : none();
    }

    /// Whether the result has the shape and the dtype of the one tensor among the arguments.
    static bool keeps_form(const Node* node) {
        const auto is_real = [](const Value* value) {
            const TypeKind kind = value->type->kind();
            return kind == TypeKind::Int || kind == TypeKind::Float || kind == TypeKind::Bool;
        };
        return node->op->pointwise && std::ranges::count_if(node->inputs, is_tensor) == 1 &&
               std::ranges::count_if(node->inputs, is_real) + 1 == static_cast<ptrdiff_t>(node->inputs.size());
    }

    void deliver(const Node* node, size_t input, Value* gradient) {
        Value* argument = node->input(input);
        if (!is_tensor(argument) || !depends_[argument]) return;
        if (!keeps_form(node))
            gradient = backward_->insert_op("wick::fit_gradient", {gradient, kept_geometry(argument)});
        add(argument, gradient);
    }

    void differentiate_node(const Node* node) {
        bool reached = false;
        for (const Value* output : node->outputs) reached = reached || gradients_.contains(output);
        if (!reached) return;
        const OperatorDerivatives& derivatives = derivatives_of(*node->op);
        const auto is_wanted = [&](size_t argument) {
            return is_tensor(node->input(argument)) && depends_[node->input(argument)];
        };
        for (const Formula& formula : derivatives.formulas)
            if (std::ranges::any_of(formula.arguments, is_wanted)) insert_formula(node, formula);
        for (size_t i = 0; i < derivatives.arguments(); ++i)
            if (contains(derivatives.by_expression, i) && is_wanted(i)) insert_pointwise(node, i);
    }

    void insert_formula(const Node* node, const Formula& formula) {
        std::vector<Value*> inputs;
        for (Value* output : node->outputs) inputs.push_back(gradient_of(output));
        for (size_t i = 0; i < node->inputs.size(); ++i)
            inputs.push_back(kept_for(node->input(i), formula.argument_needs[i]));
        for (size_t i = 0; i < node->outputs.size(); ++i)
            inputs.push_back(kept_for(node->output(i), formula.result_needs[i]));
        std::vector<bool> needed;
        for (size_t argument : formula.arguments)
            needed.push_back(is_tensor(node->input(argument)) && depends_[node->input(argument)]);
        inputs.push_back(backward_->insert_constant(IValue(needed)));
        Value* found = inline_graph(*backward_, *formula.function->graph(), inputs)[0];
        if (formula.arguments.size() == 1) return deliver(node, formula.arguments[0], found);
        Node* unpack = backward_->insert_node(sym::prim_TupleUnpack, {found}, formula.arguments.size());
        for (size_t k = 0; k < formula.arguments.size(); ++k) {
            unpack->output(k)->set_type(found->type->contained(k));
            deliver(node, formula.arguments[k], unpack->output(k));
        }
    }

    /// Which arguments the derivative reads, if what chooses the expression is known; else all.
    static std::optional<ArgumentSet> reads(const Node* node, size_t argument) {
        const std::vector<bool>& selects = node->op->pointwise->selects();
        std::vector<IValue> values;
        for (size_t i = 0; i < node->inputs.size(); ++i) {
            const IValue* constant = constant_value(node->input(i));
            const bool chooses = selects[i] || node->input(i)->type->is(TypeKind::Optional);
            if (!constant && chooses) return ~ArgumentSet{0};
            values.push_back(constant ? *constant : IValue(0));
        }
        std::vector<IValue*> slots;
        for (IValue& value : values) slots.push_back(&value);
        return node->op->pointwise->kernel_for({slots.data(), slots.size()}).gradient_reads(argument, false);
    }

    void insert_pointwise(const Node* node, size_t argument) {
        const Operator& derivative = pointwise_derivative(*node->op, argument);
        const std::optional<ArgumentSet> read = reads(node, argument);
        if (!read) return;  // zero everywhere
        std::vector<Value*> inputs;
        for (size_t i = 0; i < node->inputs.size(); ++i)
            inputs.push_back(contains(*read, i) || !is_tensor(node->input(i)) ? kept(node->input(i))
                                                                              : backward_->insert_constant(IValue(0)));
        inputs.push_back(gradient_of(node->output(0)));
        inputs.push_back(backward_->insert_constant(IValue(false)));
        Node* call = backward_->create(Symbol::from(derivative.name), std::move(inputs));
        call->op = &derivative;
        call->output()->set_type(tensor_type());
        deliver(node, argument, backward_->insert(call)->output());
    }

    /// A tensor that is saved whole has its geometry too.
    void read_elements_for_geometry() {
        for (const auto& [value, geometry] : geometries_) {
            const auto whole = kept_.find(value);
            if (!is_input(value) && whole != kept_.end() && !whole->second->uses.empty())
                geometry->replace_all_uses_with(whole->second);
        }
    }

    /// Dead code had asked for more than that.
    std::vector<SavedValues::Read> save_what_is_read() {
        std::vector<SavedValues::Read> reads;
        const std::vector<Value*> inputs = forward_->inputs();
        size_t at = backward_->inputs().size() - saved_.size();
        size_t results = inputs.size();
        for (const Saved& saved : saved_) {
            if (saved.copy->uses.empty()) {
                backward_->block()->erase_input(at);
                continue;
            }
            ++at;
            if (is_input(saved.value)) {
                const auto input = static_cast<size_t>(std::ranges::find(inputs, saved.value) - inputs.begin());
                reads.push_back({input, saved.is_geometry});
            } else {
                forward_->register_output(saved.value);
                reads.push_back({results++, false});
            }
        }
        eliminate_dead_code(*forward_);
        return reads;
    }

    std::shared_ptr<Graph> forward_;
    std::shared_ptr<Graph> backward_;
    std::unordered_map<const Value*, bool> depends_;
    std::unordered_map<const Value*, Value*> gradients_;
    std::unordered_map<const Value*, Value*> kept_;
    std::unordered_map<const Value*, Value*> geometries_;
    /// A value of the forward graph, and the input of the backward graph that it becomes.
    struct Saved {
        Value* value;
        Value* copy;
        bool is_geometry;
    };
    std::vector<Saved> saved_;
};

}  // namespace

DifferentiatedGraph differentiate(const Graph& graph, ArrayRef<bool> wanted) {
    return Differentiator(graph, wanted).run(wanted);
}

}  // namespace wick::autograd
