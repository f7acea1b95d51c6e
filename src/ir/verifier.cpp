#include <unordered_set>

#include <wick/support/check.h>

#include "ir/graph.h"

namespace wick::jit {

namespace {

class Verifier {
 public:
    explicit Verifier(const Graph& graph) : graph_(graph) {}

    void run() {
        block(*graph_.block());
        check_uses();
    }

 private:
    template <class... T>
    [[noreturn]] void fail(const Node& node, fmt::format_string<T...> text, T&&... values) {
        throw InternalError(
            fmt::format("invalid graph: {}\nin {}", fmt::format(text, std::forward<T>(values)...), node.str()));
    }

    void block(const Block& block) {
        std::vector<const Value*> defined;
        if (block.graph != &graph_) fail(*block.return_node, "a block belongs to another graph");
        define(*block.param_node, defined);
        const Node* previous = block.param_node;
        for (const Node* node = previous->next; node != block.return_node; previous = node, node = node->next) {
            if (!node || node->prev != previous || node->block != &block)
                fail(*block.param_node, "the list of nodes is broken");
            if (node->kind == sym::prim_Param || node->kind == sym::prim_Return)
                fail(*node, "a sentinel stands among the nodes");
            if (previous != block.param_node && previous->position >= node->position)
                fail(*node, "positions do not grow");
            inputs(*node);
            for (const Block* nested : node->blocks) {
                if (nested->owner != node) fail(*node, "a nested block has another owner");
                this->block(*nested);
            }
            shape(*node);
            define(*node, defined);
        }
        if (block.return_node->prev != previous) fail(*block.return_node, "the list of nodes is broken");
        inputs(*block.return_node);
        // What a block assigns ends with it.
        for (const Value* value : defined) visible_.erase(value);
    }

    void define(const Node& node, std::vector<const Value*>& defined) {
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            const Value* value = node.outputs[i];
            if (value->node != &node || value->offset != i) fail(node, "output {} belongs to another node", i);
            if (!value->type) fail(node, "%{} has no type", value->debug_name());
            if (!names_.insert(value->debug_name()).second) fail(node, "%{} is assigned twice", value->debug_name());
            visible_.insert(value);
            defined.push_back(value);
            all_values_.push_back(value);
        }
    }

    void inputs(const Node& node) {
        if (node.graph != &graph_) fail(node, "the node belongs to another graph");
        for (const Value* value : node.inputs) {
            if (!visible_.contains(value)) fail(node, "%{} is used where it is not assigned", value->debug_name());
        }
        inputs_ += node.inputs.size();
    }

    void check_uses() {
        size_t uses = 0;
        for (const Value* value : all_values_) {
            for (const Use& use : value->uses) {
                if (use.index >= use.user->inputs.size() || use.user->inputs[use.index] != value) {
                    fail(*value->node, "the uses of %{} are wrong", value->debug_name());
                }
            }
            uses += value->uses.size();
        }
        if (uses != inputs_) fail(*graph_.block()->return_node, "{} inputs stand against {} uses", inputs_, uses);
    }

    void expect(const Node& node, bool condition, const char* rule) {
        if (!condition) fail(node, "{}", rule);
    }

    /// `from`, a block's output or a node's input, becomes `to`.
    void flows(const Node& node, const Value* from, const Value* to) {
        std::string why;
        if (!from->type->is_subtype_of(*to->type, &why)) {
            fail(node, "%{} : {} cannot become %{} : {}{}{}", from->debug_name(), from->type->str(), to->debug_name(),
                 to->type->str(), why.empty() ? "" : ": ", why);
        }
    }

    void shape(const Node& node) {
        switch (SymbolId(node.kind.id())) {
            case SymbolId::prim_If:
                expect(node, node.inputs.size() == 1 && node.input(0)->type->is(TypeKind::Bool),
                       "prim::If takes one bool");
                expect(node, node.blocks.size() == 2, "prim::If has two blocks");
                for (const Block* branch : node.blocks) {
                    expect(node, branch->inputs().empty(), "blocks of prim::If have no inputs");
                    expect(node, branch->outputs().size() == node.outputs.size(),
                           "each block of prim::If gives every output");
                    for (size_t i = 0; i < node.outputs.size(); ++i) flows(node, branch->outputs()[i], node.output(i));
                }
                break;
            case SymbolId::prim_Loop: {
                expect(node,
                       node.inputs.size() >= 2 && node.input(0)->type->is(TypeKind::Int) &&
                           node.input(1)->type->is(TypeKind::Bool),
                       "prim::Loop takes an int and a bool first");
                expect(node, node.blocks.size() == 1, "prim::Loop has one block");
                const Block& body = *node.blocks[0];
                const size_t carried = node.inputs.size() - 2;
                expect(node,
                       body.inputs().size() == carried + 1 && body.outputs().size() == carried + 1 &&
                           node.outputs.size() == carried,
                       "prim::Loop carries the same values in and out");
                expect(node, body.inputs()[0]->type->is(TypeKind::Int), "a loop's body takes the trip number first");
                expect(node, body.outputs()[0]->type->is(TypeKind::Bool), "a loop's body gives the condition first");
                for (size_t i = 0; i < carried; ++i) {
                    flows(node, node.input(i + 2), body.inputs()[i + 1]);
                    flows(node, body.outputs()[i + 1], body.inputs()[i + 1]);
                    flows(node, body.outputs()[i + 1], node.output(i));
                }
                break;
            }
            case SymbolId::prim_Constant:
                expect(node, node.inputs.empty() && node.outputs.size() == 1,
                       "prim::Constant has one output and no inputs");
                break;
            case SymbolId::prim_TupleConstruct:
                expect(node,
                       node.outputs.size() == 1 && node.output()->type->is(TypeKind::Tuple) &&
                           node.output()->type->contained().size() == node.inputs.size(),
                       "prim::TupleConstruct takes one input for each element");
                break;
            case SymbolId::prim_GetAttr:
            case SymbolId::prim_CallMethod:
                expect(node, !node.inputs.empty() && node.outputs.size() == 1 && node.find(sym::attr_name),
                       "the object and the name are needed");
                break;
            case SymbolId::prim_SetAttr:
                expect(node, node.inputs.size() == 2 && node.outputs.empty() && node.find(sym::attr_name),
                       "prim::SetAttr takes object and value");
                break;
            default:
                if (node.op && !matches_schema(node, node.op->schema()))
                    fail(node, "the inputs do not fit {}", node.op->schema().str());
        }
    }

    const Graph& graph_;
    std::unordered_set<const Value*> visible_;
    std::unordered_set<std::string> names_;
    std::vector<const Value*> all_values_;
    size_t inputs_ = 0;
};

}  // namespace

void Graph::verify() const { Verifier(*this).run(); }

}  // namespace wick::jit
