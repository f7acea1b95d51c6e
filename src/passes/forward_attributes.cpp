#include "passes/forward_attributes.h"

#include <algorithm>
#include <map>
#include <string>

#include "passes/constants.h"

namespace wick::jit {

namespace {

/// Whether a value of the type may lead to an object.
bool reaches_objects(const Type& type) {
    if (type.is(TypeKind::Tensor) || is_immutable(type)) return false;
    const bool is_container = type.is(TypeKind::List) || type.is(TypeKind::Dict) || type.is(TypeKind::Tuple) ||
                              type.is(TypeKind::Optional) || type.is(TypeKind::Union);
    return !is_container ||
           std::ranges::any_of(type.contained(), [](const TypePtr& inner) { return reaches_objects(*inner); });
}

bool is_fresh(const Value* object) { return object->node->kind == sym::prim_CreateObject; }

/// What is known of attributes at one place of the program: by name, the value of each object's.
class Knowledge {
 public:
    Value* find(const std::string& name, const Value* object) const {
        const auto known = values_.find(name);
        if (known == values_.end()) return nullptr;
        const auto entry = known->second.find(object);
        return entry == known->second.end() ? nullptr : entry->second;
    }
    void read(const std::string& name, const Value* object, Value* value) { values_[name][object] = value; }
    void write(const std::string& name, const Value* object, Value* value) {
        auto& objects = values_[name];
        std::erase_if(objects, [&](const auto& entry) { return !(is_fresh(entry.first) && is_fresh(object)); });
        objects[object] = value;
    }
    void forget() { values_.clear(); }
    void forget(const std::string& name) { values_.erase(name); }
    /// Keeps what `other` knows too.
    void intersect(const Knowledge& other) {
        for (auto& [name, objects] : values_)
            std::erase_if(objects, [&, &name = name](const auto& entry) {
                return other.find(name, entry.first) != entry.second;
            });
    }

 private:
    std::map<std::string, std::map<const Value*, Value*>> values_;
};

class Forwarding {
 public:
    bool changed = false;

    void visit(Block* block, Knowledge& known) {
        for (Node* node : block->nodes()) visit(node, known);
    }

    /// Destroys objects that are only written to.
    void remove_unread(Block* block) {
        for (Node* node = block->return_node->prev; node != block->param_node;) {
            Node* before = node->prev;
            for (Block* inner : node->blocks) remove_unread(inner);
            if (node->kind == sym::prim_CreateObject && is_unread(node->output())) {
                while (!node->output()->uses.empty()) node->output()->uses.back().user->destroy();
                node->destroy();
                changed = true;
            }
            node = before;
        }
    }

 private:
    void visit(Node* node, Knowledge& known) {
        if (node->kind == sym::prim_SetAttr) return known.write(node->name_attr(), node->input(0), node->input(1));
        if (node->kind == sym::prim_GetAttr) return visit_read(node, known);
        if (node->kind == sym::prim_If) {
            Knowledge otherwise = known;
            visit(node->blocks[0], known);
            visit(node->blocks[1], otherwise);
            // What only one branch wrote is in only one; a value made inside of a branch does not reach out of it.
            return known.intersect(otherwise);
        }
        if (node->kind == sym::prim_Loop) {
            forget_written_in(node->blocks[0], known);
            Knowledge inside = known;
            return visit(node->blocks[0], inside);
        }
        if (may_write(node)) known.forget();
        for (Block* block : node->blocks) {
            Knowledge nothing;
            visit(block, nothing);
        }
    }

    void visit_read(Node* node, Knowledge& known) {
        Value* const value = known.find(node->name_attr(), node->input(0));
        if (!value || !value->type->is_subtype_of(node->output()->type))
            return known.read(node->name_attr(), node->input(0), node->output());
        node->output()->replace_all_uses_with(value);
        node->destroy();
        changed = true;
    }

    static void forget_written_in(const Block* block, Knowledge& known) {
        for (const Node* node : block->nodes()) {
            if (node->kind == sym::prim_SetAttr) known.forget(node->name_attr());
            if (may_write(node)) known.forget();
            for (const Block* inner : node->blocks) forget_written_in(inner, known);
        }
    }

    /// Whether a node that is no SetAttr may write attributes.
    static bool may_write(const Node* node) {
        switch (SymbolId(node->kind.id())) {
            case SymbolId::prim_Constant:
            case SymbolId::prim_Uninitialized:
            case SymbolId::prim_CreateObject:
            case SymbolId::prim_GetAttr:
            case SymbolId::prim_SetAttr:
            case SymbolId::prim_ListConstruct:
            case SymbolId::prim_DictConstruct:
            case SymbolId::prim_TupleConstruct:
            case SymbolId::prim_TupleUnpack:
            case SymbolId::prim_TupleIndex:
            case SymbolId::prim_ListUnpack:
            case SymbolId::prim_unchecked_cast:
            case SymbolId::prim_unchecked_unwrap_optional:
            case SymbolId::prim_If:
            case SymbolId::prim_Loop:
                return false;
            default:
                return !node->op || std::ranges::any_of(
                                        node->inputs, [](const Value* input) { return reaches_objects(*input->type); });
        }
    }

    static bool is_unread(const Value* object) {
        return std::ranges::all_of(
            object->uses, [](const Use& use) { return use.user->kind == sym::prim_SetAttr && use.index == 0; });
    }
};

}  // namespace

bool forward_attributes(Graph& graph) {
    Forwarding forwarding;
    Knowledge nothing;
    forwarding.visit(graph.block(), nothing);
    // From the last to the first: an object may be what another's attribute holds.
    forwarding.remove_unread(graph.block());
    return forwarding.changed;
}

}  // namespace wick::jit
