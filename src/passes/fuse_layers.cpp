#include "passes/fuse_layers.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "ops/fused_layers.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

/// A layer as programs have it, and as the operator that takes in what follows.
struct Layer {
    const Operator* plain;
    const Operator* fused;
    int64_t dims;  ///< over which it convolves; 0 for linear
};

const Operator* overload(const char* name) { return Registry::instance().find_overload(name); }

const Layer* layer_of(const Node* node) {
    static const Layer all[] = {{overload("aten::linear"), overload("wick::linear_fused"), 0},
                                {overload("aten::conv1d"), overload("wick::conv1d_fused"), 1},
                                {overload("aten::conv2d"), overload("wick::conv2d_fused"), 2},
                                {overload("aten::conv3d"), overload("wick::conv3d_fused"), 3}};
    const auto found = std::ranges::find_if(
        all, [&](const Layer& layer) { return node->op && (node->op == layer.plain || node->op == layer.fused); });
    return found == std::end(all) ? nullptr : found;
}

const Operator* finish_layer() {
    static const Operator* const op = overload("wick::finish_layer");
    return op;
}

bool is_batch_norm(const Node* node) {
    static const Operator* const op = overload("aten::batch_norm");
    return node->op == op;
}

bool asks_for_the_shape(const Node* node) {
    static const Symbol dim = Symbol::from("aten::dim"), size = Symbol::from("aten::size"),
                        dtype = Symbol::from("prim::dtype");
    return node->kind == dim || node->kind == size || node->kind == dtype;
}

/// Whether the user is the only one to look at the value's elements.
bool is_hidden(const Value* value, const Node* user) {
    return std::ranges::all_of(value->uses,
                               [&](const Use& use) { return use.user == user || asks_for_the_shape(use.user); });
}

// Activations ---------------------------------------------------------------------------------------------------------

/// What joint operators take last.
struct Activation {
    int64_t number = 0;
    double low = 0, high = 0;
};

std::optional<Activation> activation_of(const Node* node) {
    if (!node->op || node->op->is_out_variant || node->inputs.empty() || node->outputs.size() != 1) return {};
    std::string_view name = node->op->name;
    if (name.ends_with('_')) name.remove_suffix(1);
    const auto known = fused_activations();
    for (size_t i = 1; i < known.size(); ++i) {
        if (known[i].op != name) continue;
        Activation found{static_cast<int64_t>(i)};
        if (name == "aten::relu") {
            found.high = std::numeric_limits<double>::infinity();
        } else if (name == "aten::relu6") {
            found.high = 6;
        } else if (name == "aten::hardtanh") {
            const IValue *low = constant_value(node->input(1)), *high = constant_value(node->input(2));
            const auto is_number = [](const IValue* value) { return value && (value->is_int() || value->is_double()); };
            if (!is_number(low) || !is_number(high)) return {};
            found.low = low->to_scalar().to<double>();
            found.high = high->to_scalar().to<double>();
        } else if (name == "aten::gelu") {
            const IValue* form = constant_value(node->input(1));
            if (!form || !form->is_string()) return {};
            const bool is_tanh = known[i].kernel == kernels::Activation::GeluTanh;
            if (form->to_string() != (is_tanh ? "tanh" : "none")) continue;
        }
        return found;
    }
    return {};
}

/// Joint operators have the number, and after it the bounds, at the end.
constexpr size_t kActivationInputs = 3;

bool has_activation(const Node* joint) {
    const IValue* number = constant_value(joint->input(joint->inputs.size() - kActivationInputs));
    return !number || number->to_int() != 0;
}

/// The layer that the node, an activation, can join; null where there is none.
Node* layer_below(const Node* node) {
    if (node->inputs.empty()) return nullptr;
    Node* below = node->input(0)->node;
    if (below->block != node->block || !is_hidden(node->input(0), node)) return nullptr;
    const Layer* layer = layer_of(below);
    if (below->op && below->op == finish_layer()) return has_activation(below) ? nullptr : below;
    return layer && (below->op == layer->plain || !has_activation(below)) ? below : nullptr;
}

// Normalisations ------------------------------------------------------------------------------------------------------

/// A convolution that can take in the batch normalisation behind it, and the loads that have to stand before it then.
struct Normalization {
    Node* conv = nullptr;
    std::vector<Node*> loads;
};

/// Whether a part of the program that is run between a convolution and its normalisation leaves alone what both compute
/// with. What is run `in_training` alone may write to tensors: then nothing was taken in.
bool is_harmless(const Node* node, const Value* training, bool in_training = false) {
    const auto all_harmless = [&](const Block* block, bool in_training) {
        for (const Node* inner : block->nodes())
            if (!is_harmless(inner, training, in_training)) return false;
        return true;
    };
    if (node->kind == sym::prim_If) {
        const Node *test = node->input(0)->node, *flag = training->node;
        const bool asks_for_training = test->kind == sym::prim_GetAttr && flag->kind == sym::prim_GetAttr &&
                                       test->name_attr() == flag->name_attr() && test->input(0) == flag->input(0);
        return all_harmless(node->blocks[0], in_training || asks_for_training) &&
               all_harmless(node->blocks[1], in_training);
    }
    if (node->kind == sym::prim_Loop) return all_harmless(node->blocks[0], in_training);
    constexpr Symbol kPlain[] = {sym::prim_Constant,       sym::prim_GetAttr,       sym::prim_ListConstruct,
                                 sym::prim_TupleConstruct, sym::prim_TupleUnpack,   sym::prim_RaiseException,
                                 sym::prim_unchecked_cast, sym::prim_Uninitialized, sym::prim_isinstance};
    if (std::ranges::find(kPlain, node->kind) != std::end(kPlain)) return true;
    if (node->kind == sym::prim_SetAttr) return in_training && node->name_attr() == "num_batches_tracked";
    return node->op && !node->op->has_side_effects && (in_training || !node->op->schema().is_mutable());
}

/// Adds what has to be moved before `place` so that the value stands there; false where that cannot be.
bool add_loads(const Value* value, const Node* place, std::vector<Node*>& loads) {
    Node* node = value->node;
    if (node->block != place->block || node->is_before(place)) return true;
    if (std::ranges::find(loads, node) != loads.end()) return true;
    if (node->kind != sym::prim_Constant && node->kind != sym::prim_GetAttr) return false;
    if (!std::ranges::all_of(node->inputs, [&](const Value* input) { return add_loads(input, place, loads); }))
        return false;
    loads.push_back(node);
    return true;
}

/// The inputs of aten::batch_norm that an evaluation reads: weight, bias, mean, variance, training, eps.
constexpr size_t kRead[] = {1, 2, 3, 4, 5, 7};
constexpr size_t kTraining = 5;

std::optional<Normalization> normalization_of(const Node* node) {
    if (!is_batch_norm(node)) return {};
    Normalization found{node->input(0)->node, {}};
    const Layer* layer = layer_of(found.conv);
    if (!layer || layer->dims == 0 || found.conv->op != layer->plain || found.conv->block != node->block ||
        !is_hidden(node->input(0), node))
        return {};
    for (const Node* between = found.conv->next; between != node; between = between->next)
        if (!is_harmless(between, node->input(kTraining))) return {};
    for (size_t i : kRead)
        if (!add_loads(node->input(i), found.conv, found.loads)) return {};
    return found;
}

class LayerFuser {
 public:
    explicit LayerFuser(Graph& graph) : graph_(graph) {}

    void run(Block* block) {
        for (Node* node : block->nodes()) {
            for (Block* inner : node->blocks) run(inner);
            if (const auto normalization = normalization_of(node)) {
                join(node, *normalization);
            } else if (Node* layer = layer_below(node)) {
                if (const auto activation = activation_of(node)) join(node, layer, *activation);
            }
        }
    }

 private:
    void join(Node* norm, const Normalization& found) {
        Node* conv = found.conv;
        for (Node* load : found.loads) load->move_before(conv);
        const InsertPoint here(graph_, conv);
        std::vector<Value*> inputs = conv->inputs;
        inputs.push_back(graph_.insert_constant(true));
        for (size_t i : kRead) inputs.push_back(norm->input(i));
        append(inputs, {});
        Node* fused = replace(conv, layer_of(conv)->fused, std::move(inputs), conv->output());
        Value* dims = graph_.insert_constant(layer_of(fused)->dims);
        std::vector<Value*> rest = {fused->output(), dims};
        rest.insert(rest.end(), norm->inputs.begin() + 1, norm->inputs.end() - 1);  // but for the flag of cuDNN
        append(rest, {});
        replace(norm, finish_layer(), std::move(rest), norm->output());
    }

    void join(Node* node, Node* below, const Activation& activation) {
        Value* result = node->output();
        if (below->op == finish_layer()) {
            set(below->input(0)->node, activation, below->input(0)->node);
            set(below, activation, below);
        } else if (const Layer* layer = layer_of(below); below->op == layer->fused) {
            set(below, activation, below);
        } else {
            const InsertPoint here(graph_, below);
            std::vector<Value*> inputs = below->inputs;
            if (layer->dims > 0) {
                inputs.push_back(graph_.insert_constant(false));
                Value* none = graph_.insert_constant(IValue(), optional_type(tensor_type()));
                inputs.insert(inputs.end(), 4, none);
                inputs.push_back(graph_.insert_constant(false));
                inputs.push_back(graph_.insert_constant(0.0));
            }
            append(inputs, activation);
            below = replace(below, layer->fused, std::move(inputs), below->output());
        }
        result->replace_all_uses_with(below->output());
        below->output()->copy_metadata(result);
        node->destroy();
    }

    /// The constants go to the insertion point.
    void append(std::vector<Value*>& inputs, const Activation& activation) {
        inputs.push_back(graph_.insert_constant(activation.number));
        inputs.push_back(graph_.insert_constant(activation.low));
        inputs.push_back(graph_.insert_constant(activation.high));
    }

    void set(Node* joint, const Activation& activation, Node* before) {
        const InsertPoint here(graph_, before);
        std::vector<Value*> values;
        append(values, activation);
        const size_t first = joint->inputs.size() - kActivationInputs;
        for (size_t i = 0; i < kActivationInputs; ++i) joint->replace_input(first + i, values[i]);
    }

    Node* replace(Node* node, const Operator* op, std::vector<Value*> inputs, Value* result) {
        Node* joint = graph_.create(Symbol::from(op->name), std::move(inputs))->insert_before(node);
        joint->op = op;
        joint->range = node->range;
        joint->inlined_from = node->inlined_from;
        joint->output()->copy_metadata(result);
        node->replace_all_uses_with(joint);
        node->destroy();
        return joint;
    }

    Graph& graph_;
};

bool can_fuse_in(const Block* block) {
    for (const Node* node : block->nodes()) {
        if (normalization_of(node) || (layer_below(node) && activation_of(node))) return true;
        for (const Block* inner : node->blocks)
            if (can_fuse_in(inner)) return true;
    }
    return false;
}

}  // namespace

bool can_fuse_layers(const Graph& graph) { return can_fuse_in(graph.block()); }

void fuse_layers(Graph& graph) { LayerFuser(graph).run(graph.block()); }

}  // namespace wick::jit
