#include "passes/simplify_forms.h"

#include <algorithm>
#include <optional>

#include "passes/eliminate_dead_code.h"

namespace wick::jit {

namespace {

struct Kinds {
    Symbol is = Symbol::from("aten::__is__"), is_not = Symbol::from("aten::__isnot__");
    Symbol unwrap = Symbol::from("prim::unchecked_unwrap_optional"),
           unwrap_checked = Symbol::from("aten::_unwrap_optional");
    Symbol to_int = Symbol::from("aten::Int"), ceil = Symbol::from("aten::ceil");
    Symbol to_tensor = Symbol::from("prim::NumToTensor"), to_float = Symbol::from("aten::Float");
    Symbol as_int = Symbol::from("aten::IntImplicit"), as_float = Symbol::from("aten::FloatImplicit"),
           as_scalar = Symbol::from("aten::ScalarImplicit");
    Symbol len = Symbol::from("aten::len"), getitem = Symbol::from("aten::__getitem__");
    Symbol eq = Symbol::from("aten::eq"), ne = Symbol::from("aten::ne");
    Symbol add = Symbol::from("aten::add"), sub = Symbol::from("aten::sub");
    Symbol mul = Symbol::from("aten::mul"), floordiv = Symbol::from("aten::floordiv");
};

bool must_be_none(const Value* value) { return value->type->is(TypeKind::None); }

bool cannot_be_none(const Value* value) {
    const Type& type = *value->type;
    return !type.is(TypeKind::None) && !type.is(TypeKind::Optional) && !type.is(TypeKind::Any) &&
           !type.is(TypeKind::Union) && !type.is(TypeKind::Var);
}

std::optional<bool> bool_of(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_bool() ? std::optional(constant->to_bool()) : std::nullopt;
}

std::optional<int64_t> int_of(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_int() ? std::optional(constant->to_int()) : std::nullopt;
}

class Simplifier {
 public:
    explicit Simplifier(Graph& graph) : graph_(graph) {}

    bool run(Block* block) {
        for (Node* node : block->nodes()) {
            for (Block* inner : node->blocks) run(inner);
            if (node->kind != sym::prim_Constant) visit(node);
        }
        return changed_;
    }

 private:
    void visit(Node* node) {
        const InsertPoint here(graph_, node);
        for (Value* output : node->outputs) {
            if (!must_be_none(output)) continue;
            // Dead code goes after it, used or not, as in PyTorch.
            output->replace_all_uses_with(graph_.insert_constant(IValue()));
            changed_ = true;
        }
        if (node->kind == sym::prim_If) return visit_branches(node);
        if (node->kind == kinds_.is || node->kind == kinds_.is_not) return visit_none_test(node);
        if (node->kind == kinds_.to_int || node->kind == kinds_.to_float || node->kind == kinds_.as_int ||
            node->kind == kinds_.as_float || node->kind == kinds_.as_scalar)
            visit_number(node);
        if (node->kind == kinds_.unwrap || node->kind == kinds_.unwrap_checked) {
            if (cannot_be_none(node->input(0))) replace(node->output(), node->input(0));
        } else if (node->kind == sym::prim_unchecked_cast) {
            if (node->input(0)->type->is_subtype_of(node->output()->type)) replace(node->output(), node->input(0));
        } else if (node->kind == kinds_.to_int || node->kind == kinds_.ceil) {
            if (node->inputs.size() == 1 && node->input(0)->type->is(TypeKind::Int))
                replace(node->output(), node->input(0));
        } else if (node->kind == kinds_.len || node->kind == kinds_.getitem) {
            visit_list(node);
        } else if (is_binary_of(node, TypeKind::Int) || is_binary_of(node, TypeKind::Bool)) {
            visit_binary(node);
        }
    }

    void visit_number(Node* node) {
        const Node* made = node->input(0)->node;
        if (node->inputs.size() == 1 && made->kind == kinds_.to_tensor &&
            made->input(0)->type->is_subtype_of(node->output()->type))
            replace(node->output(), made->input(0));
    }

    /// Neither changes the list nor makes another name for it.
    bool only_reads(const Use& use) const {
        const Node* user = use.user;
        if (user->kind == kinds_.getitem && use.index == 0) return true;
        if (!user->op || user->op->schema().is_vararg || use.index >= user->op->schema().arguments.size()) return false;
        const Argument& argument = user->op->schema().arguments[use.index];
        return !(argument.alias && argument.alias->is_write) &&
               std::ranges::none_of(user->op->schema().returns, [](const Argument& result) { return !!result.alias; });
    }

    void visit_list(Node* node) {
        const Value* list = node->input(0);
        const bool is_empty_dict = list->node->kind == sym::prim_DictConstruct && list->node->inputs.empty();
        if (list->node->kind != sym::prim_ListConstruct && !(is_empty_dict && node->kind == kinds_.len)) return;
        if (!std::ranges::all_of(list->uses, [&](const Use& use) { return only_reads(use); })) return;
        const std::vector<Value*>& elements = list->node->inputs;
        const auto count = static_cast<int64_t>(elements.size());
        if (node->kind == kinds_.len) return replace(node->output(), graph_.insert_constant(count));
        const auto index = int_of(node->input(1));
        if (!index || *index < -count || *index >= count) return;
        replace(node->output(), elements[static_cast<size_t>(*index < 0 ? *index + count : *index)]);
    }

    void visit_branches(Node* node) {
        for (size_t i = 0; i < node->outputs.size(); ++i) {
            Value* output = node->output(i);
            const Value* then = node->blocks[0]->outputs()[i];
            const Value* otherwise = node->blocks[1]->outputs()[i];
            if (bool_of(then) == true && bool_of(otherwise) == false) {
                replace(output, node->input(0));
            } else if (output->type->is(TypeKind::Optional) && !then->type->is(TypeKind::Optional) &&
                       !otherwise->type->is(TypeKind::Optional)) {
                const TypePtr type = unify_types(then->type, otherwise->type);
                if (!type || type->equals(*output->type)) continue;
                output->set_type(type);
                changed_ = true;
            }
        }
    }

    void visit_none_test(Node* node) {
        const Value* a = node->input(0);
        const Value* b = node->input(1);
        const bool is = node->kind == kinds_.is;
        if (must_be_none(a) && must_be_none(b)) {
            replace(node->output(), graph_.insert_constant(is));
        } else if ((must_be_none(a) && cannot_be_none(b)) || (cannot_be_none(a) && must_be_none(b))) {
            replace(node->output(), graph_.insert_constant(!is));
        }
    }

    static bool is_binary_of(const Node* node, TypeKind kind) {
        return node->inputs.size() == 2 && node->input(0)->type->is(kind) && node->input(1)->type->is(kind);
    }

    void visit_binary(Node* node) {
        if (node->kind == kinds_.eq || node->kind == kinds_.ne) {
            if (node->input(0) == node->input(1))
                replace(node->output(), graph_.insert_constant(node->kind == kinds_.eq));
            return;
        }
        if (!node->input(0)->type->is(TypeKind::Int)) return;
        const auto constant = constant_operand(node);
        if (!constant) return;
        if (node->kind == kinds_.mul || node->kind == kinds_.floordiv) {
            if (*constant == 1) replace(node->output(), node->input(0));
        } else if (node->kind == kinds_.add || node->kind == kinds_.sub) {
            if (*constant == 0) return replace(node->output(), node->input(0));
            Node* inner = node->input(0)->node;
            if ((inner->kind != kinds_.add && inner->kind != kinds_.sub) || !is_binary_of(inner, TypeKind::Int)) return;
            const auto before = constant_operand(inner);
            if (!before) return;
            // As ints wrap around, in whatever order they are added.
            const auto a = static_cast<uint64_t>(*constant), b = static_cast<uint64_t>(*before);
            const auto merged = static_cast<int64_t>(inner->kind == node->kind ? a + b : a - b);
            if (merged == 0) return replace(node->output(), inner->input(0));
            node->replace_input(0, inner->input(0));
            node->replace_input(1, graph_.insert_constant(merged));
            changed_ = true;
        }
    }

    /// The constant among the operands of two ints; of a sum or product it is the second one afterwards.
    std::optional<int64_t> constant_operand(Node* node) {
        const bool commutes = node->kind == kinds_.add || node->kind == kinds_.mul;
        if (commutes && int_of(node->input(0)) && !int_of(node->input(1))) {
            Value* first = node->input(0);
            node->replace_input(0, node->input(1));
            node->replace_input(1, first);
        }
        return int_of(node->input(1));
    }

    void replace(Value* value, Value* other) {
        if (value->uses.empty()) return;
        value->replace_all_uses_with(other);
        changed_ = true;
    }

    Graph& graph_;
    const Kinds kinds_;
    bool changed_ = false;
};

}  // namespace

bool simplify_forms(Graph& graph) {
    const bool changed = Simplifier(graph).run(graph.block());
    if (changed) eliminate_dead_code(graph);
    return changed;
}

}  // namespace wick::jit
