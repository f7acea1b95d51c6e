#include "passes/alias_sets.h"

#include <map>
#include <string>

#include "passes/constants.h"

namespace wick::jit {

AliasSets::AliasSets(const Graph& graph) {
    for (const Value* input : graph.inputs()) escape(input);
    visit(graph.block());
}

AliasSets::Set AliasSets::find(Set set) const {
    while (sets_[set].parent != set) set = sets_[set].parent = sets_[sets_[set].parent].parent;
    return set;
}

AliasSets::Set AliasSets::set_of(const Value* value) {
    const auto [known, added] = of_value_.try_emplace(value, sets_.size());
    if (added) sets_.push_back({sets_.size(), kNone});
    return find(known->second);
}

AliasSets::Set AliasSets::contents_of(Set set) {
    set = find(set);
    if (sets_[set].contents == kNone) {
        sets_.push_back({sets_.size(), kNone});
        sets_[set].contents = sets_.size() - 1;
    }
    return find(sets_[set].contents);
}

void AliasSets::join(Set a, Set b) {
    // A loop, since contents may be as deep as types are.
    while ((a = find(a)) != (b = find(b))) {
        if (b == kEverywhere) std::swap(a, b);
        const Set contents = sets_[b].contents;
        sets_[b].parent = a;
        if (contents == kNone) return;
        if (sets_[a].contents == kNone) {
            sets_[a].contents = contents;
            return;
        }
        a = sets_[a].contents;
        b = contents;
    }
}

void AliasSets::visit(const Block* block) {
    for (const Node* node : block->nodes()) visit(node);
}

void AliasSets::visit(const Node* node) {
    switch (SymbolId(node->kind.id())) {
        case SymbolId::prim_Constant:
        case SymbolId::prim_Uninitialized:
        case SymbolId::prim_CreateObject:
            // Constants are copied for each call, but not those that a node holds: who writes to one writes for all.
            if (node->kind == sym::prim_Constant && !is_immutable(*node->output()->type)) escape(node->output());
            return;
        case SymbolId::prim_ListConstruct:
        case SymbolId::prim_DictConstruct:
        case SymbolId::prim_TupleConstruct:
            for (const Value* input : node->inputs) {
                if (!is_immutable(*input->type)) join(contents_of(set_of(node->output())), set_of(input));
            }
            return;
        case SymbolId::prim_TupleUnpack:
        case SymbolId::prim_TupleIndex:
        case SymbolId::prim_ListUnpack:
            for (const Value* output : node->outputs) {
                if (!is_immutable(*output->type)) join(set_of(output), contents_of(set_of(node->input(0))));
            }
            return;
        case SymbolId::prim_TupleSlice:
        case SymbolId::prim_unchecked_cast:
        case SymbolId::prim_unchecked_unwrap_optional:
            join(set_of(node->output()), set_of(node->input(0)));
            return;
        case SymbolId::prim_If:
            for (const Block* block : node->blocks) visit(block);
            for (size_t i = 0; i < node->outputs.size(); ++i) {
                for (const Block* block : node->blocks) join(set_of(node->outputs[i]), set_of(block->outputs()[i]));
            }
            return;
        case SymbolId::prim_Loop: {
            const Block* body = node->blocks[0];
            visit(body);
            for (size_t i = 0; i < node->outputs.size(); ++i) {
                const Set carried = set_of(body->inputs()[i + 1]);
                join(carried, set_of(node->input(i + 2)));
                join(carried, set_of(body->outputs()[i + 1]));
                join(carried, set_of(node->outputs[i]));
            }
            return;
        }
        default:
            if (node->op && node->blocks.empty() && !node->op->schema().is_vararg) return visit_operator(node);
    }
    // Calls, attributes, and all else that this does not know.
    for (const Block* block : node->blocks) {
        visit(block);
        for (const Value* output : block->outputs()) escape(output);
    }
    for (const Value* value : node->inputs) {
        if (!is_immutable(*value->type)) escape(value);
    }
    for (const Value* value : node->outputs) {
        if (!is_immutable(*value->type)) escape(value);
    }
}

void AliasSets::visit_operator(const Node* node) {
    const Schema& schema = node->op->schema();
    std::map<std::string, Set> named;
    const auto meet = [&](const std::string& name, Set set) {
        if (name == "*") return join(set, kEverywhere);
        const auto [known, added] = named.try_emplace(name, set);
        if (!added) join(known->second, set);
    };
    const auto annotate = [&](const auto& self, const AliasInfo& alias, Set set) -> void {
        for (const std::string& name : alias.before) meet(name, set);
        for (const std::string& name : alias.after) meet(name, set);
        for (const AliasInfo& inner : alias.contained) self(self, inner, contents_of(set));
    };
    for (size_t i = 0; i < node->inputs.size() && i < schema.arguments.size(); ++i) {
        if (schema.arguments[i].alias && !is_immutable(*node->input(i)->type))
            annotate(annotate, *schema.arguments[i].alias, set_of(node->input(i)));
    }
    for (size_t i = 0; i < node->outputs.size(); ++i) {
        const Value* output = node->outputs[i];
        if (is_immutable(*output->type)) continue;
        if (i < schema.returns.size() && schema.returns[i].alias) {
            annotate(annotate, *schema.returns[i].alias, set_of(output));
        } else if (!output->type->is(TypeKind::Tensor)) {
            // A new container; what is in it may be anybody's.
            join(contents_of(set_of(output)), kEverywhere);
        }
    }
}

std::vector<AliasSets::Set> AliasSets::written_by(const Node* node) const {
    std::vector<Set> sets;
    if (!node->op) return sets;
    const std::vector<Argument>& arguments = node->op->schema().arguments;
    for (size_t i = 0; i < node->inputs.size() && i < arguments.size(); ++i) {
        if (!arguments[i].alias) continue;
        const auto known = of_value_.find(node->input(i));
        const Set set = known == of_value_.end() ? kEverywhere : find(known->second);
        if (arguments[i].alias->is_write) sets.push_back(set);
        for (const AliasInfo& inner : arguments[i].alias->contained) {
            if (inner.is_write) sets.push_back(sets_[set].contents == kNone ? kEverywhere : find(sets_[set].contents));
        }
    }
    return sets;
}

void AliasSets::add_reachable(const Value* value, std::unordered_set<Set>& sets) const {
    const auto known = of_value_.find(value);
    if (known == of_value_.end()) return;
    for (Set set = find(known->second); sets.insert(set).second && sets_[set].contents != kNone;)
        set = find(sets_[set].contents);
}

}  // namespace wick::jit
