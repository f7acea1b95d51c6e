#include "passes/inline_calls.h"

#include <algorithm>
#include <unordered_map>

#include "passes/pool_constants.h"
#include "passes/propagate_constants.h"
#include "passes/simplify_forms.h"

namespace wick::jit {
namespace {

/// Nodes of a body that is worth copying: a frame costs about as much as ten instructions.
constexpr size_t kMaxBody = 64;
/// Nodes of a program that is worth having in one piece: a few layers.
constexpr size_t kMaxSmallWhole = 300;
/// Calls inside each other.
constexpr size_t kMaxDepth = 8;
/// What one function may grow by.
constexpr size_t kMaxGrowth = 2000;
/// The same where everything is to be inlined: a program that doubles itself with every call ends somewhere.
constexpr size_t kMaxWhole = 1000000;

using CallSites = std::vector<std::pair<std::string, SourceRange>>;

/// Beside an operator on tensors a frame costs nothing, and copies of every layer would be planned while a module
/// loads.
bool computes_tensors(const Graph& graph) {
    for (const Node* node : graph.block()->nodes()) {
        if (node->kind == sym::prim_GetAttr) continue;
        for (const Value* output : node->outputs) {
            if (output->type->is(TypeKind::Tensor)) return true;
        }
    }
    return false;
}

/// The function that a call node calls, if it is known and to be inlined; null otherwise.
Function* callee_of(const Node* node, Inlining which) {
    Function* function = nullptr;
    if (node->kind == sym::prim_CallMethod) {
        if (const auto* type = node->input(0)->type->cast<ClassType>()) function = type->find_method(node->name_attr());
    } else if (node->kind == sym::prim_CallFunction && node->input(0)->node->kind == sym::prim_Constant) {
        const AttributeValue* value = node->input(0)->node->find(sym::attr_value);
        if (const auto* known = value ? std::get_if<IntrusivePtr<Function>>(value) : nullptr) function = known->get();
    }
    if (!function) return nullptr;
    const std::shared_ptr<Graph>& body = function->graph();
    const size_t arguments = node->inputs.size() - (node->kind == sym::prim_CallFunction);
    const bool fits = body && body->inputs().size() == arguments && body->outputs().size() == node->outputs.size();
    const bool is_small =
        which == Inlining::all || (fits && body->node_count() <= kMaxBody && !computes_tensors(*body));
    return fits && is_small ? function : nullptr;
}

class Inliner;

/// Bodies of functions without calls, simplified: each made once, when it is first copied.
class SimplifiedBodies {
 public:
    /// Null for a function whose own body is being made.
    const Graph* body_of(Function& function);
    size_t growth = 0;  ///< of all bodies together

 private:
    std::unordered_map<const Function*, std::shared_ptr<Graph>> known_;
    size_t depth_ = 0;
};

class Inliner {
 public:
    Inliner(Graph& graph, Inlining which, SimplifiedBodies* bodies = nullptr)
        : graph_(graph),
          which_(which),
          bodies_(bodies),
          max_depth_(which == Inlining::all ? kMaxBlockDepth : kMaxDepth),
          max_growth_(which == Inlining::all ? kMaxWhole : kMaxGrowth),
          growth_(bodies ? bodies->growth : own_growth_) {}

    bool inline_in(Block* block) {
        bool changed = false;
        for (Node* node : block->nodes()) {
            for (Block* inner : node->blocks) changed |= inline_in(inner);
            changed |= consider(node);
        }
        return changed;
    }

 private:
    /// Inlines the node if it is a call of a small function.
    bool consider(Node* node) {
        Function* callee = inside_.size() < max_depth_ ? callee_of(node, which_) : nullptr;
        if (!callee || std::count(inside_.begin(), inside_.end(), callee) > 0) return false;
        const Graph* body = bodies_ ? bodies_->body_of(*callee) : callee->graph().get();
        if (!body) return false;
        const size_t size = body->node_count();
        if (growth_ + size > max_growth_) return false;
        growth_ += size;
        inline_call(node, *callee, *body);
        return true;
    }

    void inline_call(Node* call, const Function& callee, const Graph& body) {
        const size_t first_argument = call->kind == sym::prim_CallFunction;
        std::unordered_map<const Value*, Value*> values;
        for (size_t i = 0; i < body.inputs().size(); ++i) values[body.inputs()[i]] = call->input(first_argument + i);
        // What clones have inside maps itself.
        const auto map = [&](Value* value) { return values.at(value); };

        auto sites = std::make_shared<CallSites>();
        if (call->inlined_from) *sites = *call->inlined_from;
        sites->emplace_back(callee.name(), call->range);

        std::vector<Node*> copies;
        for (const Node* node : body.block()->nodes()) {
            Node* copy = graph_.create_clone(node, map)->insert_before(call);
            for (size_t i = 0; i < node->outputs.size(); ++i) values[node->output(i)] = copy->output(i);
            note_call(copy, sites);
            copies.push_back(copy);
        }
        for (size_t i = 0; i < call->outputs.size(); ++i) {
            Value* result = map(body.outputs()[i]);
            // Texts keep the names of the caller.
            if (bodies_ && call->output(i)->has_name()) result->set_name(call->output(i)->name);
            call->output(i)->replace_all_uses_with(result);
        }
        call->destroy();
        if (bodies_) return;  // which have no calls of known functions left

        inside_.push_back(&callee);
        for (Node* copy : copies) {
            for (Block* inner : copy->blocks) inline_in(inner);
            consider(copy);
        }
        inside_.pop_back();
    }

    /// A node of a simplified body has calls of its own behind it.
    static void note_call(Node* node, const std::shared_ptr<const CallSites>& sites) {
        if (node->inlined_from) {
            auto all = std::make_shared<CallSites>(*sites);
            all->insert(all->end(), node->inlined_from->begin(), node->inlined_from->end());
            node->inlined_from = std::move(all);
        } else {
            node->inlined_from = sites;
        }
        for (Block* block : node->blocks) {
            for (Node* inner : block->nodes()) note_call(inner, sites);
            block->return_node->inlined_from = sites;
        }
    }

    Graph& graph_;
    const Inlining which_;
    SimplifiedBodies* const bodies_;
    const size_t max_depth_;
    const size_t max_growth_;
    std::vector<const Function*> inside_;
    size_t own_growth_ = 0;
    size_t& growth_;
};

const Graph* SimplifiedBodies::body_of(Function& function) {
    if (const auto known = known_.find(&function); known != known_.end()) return known->second.get();
    if (depth_ == kMaxBlockDepth) return nullptr;
    known_[&function] = nullptr;
    std::shared_ptr<Graph> body = function.graph()->copy();
    ++depth_;
    Inliner(*body, Inlining::all, this).inline_in(body->block());
    --depth_;
    simplify_forms(*body);
    propagate_constants(*body);
    pool_constants(*body);
    return (known_[&function] = std::move(body)).get();
}

bool has_small_calls(const Block* block) {
    for (const Node* node : block->nodes()) {
        if (callee_of(node, Inlining::small)) return true;
        for (const Block* inner : node->blocks) {
            if (has_small_calls(inner)) return true;
        }
    }
    return false;
}

/// What a block comes to with all calls inlined.
struct WholeSize {
    size_t nodes = 0;
    size_t calls = 0;

    /// False once that is too much.
    bool add(const Block* block, size_t depth = 0) {
        for (const Node* node : block->nodes()) {
            if (++nodes > kMaxSmallWhole) return false;
            for (const Block* inner : node->blocks)
                if (!add(inner, depth)) return false;
            Function* callee = callee_of(node, Inlining::all);
            if (!callee) continue;
            ++calls;
            if (depth == kMaxDepth || !add(callee->graph()->block(), depth + 1)) return false;
        }
        return true;
    }
};

}  // namespace

bool is_small_whole(const Graph& graph) {
    WholeSize size;
    return size.add(graph.block()) && size.calls > 0;
}

bool has_small_calls(const Graph& graph) { return has_small_calls(graph.block()); }

bool inline_calls(Graph& graph, Inlining which) { return Inliner(graph, which).inline_in(graph.block()); }

std::shared_ptr<Graph> inlined(const Graph& graph) {
    std::shared_ptr<Graph> copy = graph.copy();
    SimplifiedBodies bodies;
    Inliner(*copy, Inlining::all, &bodies).inline_in(copy->block());
    return copy;
}

}  // namespace wick::jit
