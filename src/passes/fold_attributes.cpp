#include "passes/fold_attributes.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "passes/constants.h"

namespace wick::jit {

namespace {

bool is_module(const IValue& value) { return value.is_object() && value.to_object().type->is_module(); }

/// The modules that values of a graph are.
class Modules {
 public:
    struct Found {
        IntrusivePtr<ScriptObject> object;
        std::string path;  ///< "self.layers.0"
    };

    Modules(const Graph& graph, const ScriptObject& self) {
        known_[graph.inputs().at(0)] = {IntrusivePtr<ScriptObject>(const_cast<ScriptObject*>(&self)), "self"};
        visit(graph.block());
    }
    const Found* find(const Value* value) const {
        const auto found = known_.find(value);
        return found == known_.end() ? nullptr : &found->second;
    }
    const std::unordered_map<const Value*, Found>& all() const { return known_; }
    /// The nodes that read attributes of them which are no modules.
    const std::vector<Node*>& reads() const { return reads_; }
    /// Those that assign one.
    const std::vector<Node*>& writes() const { return writes_; }

 private:
    void visit(const Block* block) {
        for (Node* node : block->nodes()) {
            for (const Block* inner : node->blocks) visit(inner);
            const bool is_access = node->kind == sym::prim_GetAttr || node->kind == sym::prim_SetAttr;
            const Found* from = is_access ? find(node->input(0)) : nullptr;
            if (!from) continue;
            if (node->kind == sym::prim_SetAttr) {
                writes_.push_back(node);
                continue;
            }
            const IValue value = from->object->attr(node->name_attr());
            if (is_module(value))
                known_[node->output()] = {IntrusivePtr<ScriptObject>(&value.to_object()),
                                          from->path + "." + node->name_attr()};
            else
                reads_.push_back(node);
        }
    }

    std::unordered_map<const Value*, Found> known_;
    std::vector<Node*> reads_;
    std::vector<Node*> writes_;
};

/// Whether a value, or what may share its memory, is changed or goes where that cannot be seen.
class Changes {
 public:
    bool of(const Value* value) {
        pending_ = {value};
        seen_ = {value};
        while (!pending_.empty()) {
            const Value* next = pending_.back();
            pending_.pop_back();
            for (const Use& use : next->uses) {
                if (changes(use)) return true;
            }
        }
        return false;
    }

 private:
    void follow(const std::vector<Value*>& values) {
        for (const Value* value : values) {
            if (!is_immutable(*value->type) && seen_.insert(value).second) pending_.push_back(value);
        }
    }

    bool changes(const Use& use) {
        const Node* user = use.user;
        if (user->op) {
            const Schema& schema = user->op->schema();
            if (use.index >= schema.arguments.size()) return true;
            const Argument& argument = schema.arguments[use.index];
            if (argument.alias && argument.alias->is_write) return true;
            const bool is_shared = std::ranges::any_of(schema.returns, [](const Argument& r) { return !!r.alias; });
            // A list that takes it in holds it from then on.
            const bool is_taken = std::ranges::any_of(
                schema.arguments, [&](const Argument& other) { return other.alias && other.alias->is_write; });
            if (is_taken && argument.type->has_free_variables()) return true;
            if (is_shared || argument.type->has_free_variables()) follow(user->outputs);
            return false;
        }
        switch (static_cast<SymbolId>(user->kind.id())) {
            case SymbolId::prim_Return:
                if (const Node* owner = user->block->owner) {
                    follow(owner->outputs);
                    follow(user->block->inputs());
                }
                return false;
            case SymbolId::prim_Loop:
                follow(user->blocks[0]->inputs());
                follow(user->outputs);
                return false;
            case SymbolId::prim_If:
            case SymbolId::prim_isinstance:
            case SymbolId::prim_Print:
            case SymbolId::aten_format:
                return false;
            case SymbolId::prim_TupleConstruct:
            case SymbolId::prim_TupleUnpack:
            case SymbolId::prim_TupleIndex:
            case SymbolId::prim_TupleSlice:
            case SymbolId::prim_ListConstruct:
            case SymbolId::prim_ListUnpack:
            case SymbolId::prim_DictConstruct:
            case SymbolId::prim_unchecked_cast:
            case SymbolId::prim_unchecked_unwrap_optional:
                follow(user->outputs);
                return false;
            default:
                return true;
        }
    }

    std::vector<const Value*> pending_;
    std::unordered_set<const Value*> seen_;
};

/// The value as one that wants no gradient.
IValue detached(const IValue& value) {
    if (value.is_tensor()) return value.tensor_ref().requires_grad() ? IValue(value.tensor_ref().detach()) : value;
    if (value.is_list()) {
        std::vector<IValue> items;
        for (const IValue& item : value.to_list().items) items.push_back(detached(item));
        return IValue(make_list(value.to_list().element_type, std::move(items)));
    }
    if (value.is_tuple()) {
        std::vector<IValue> items;
        for (const IValue& item : value.to_tuple().elements) items.push_back(detached(item));
        return IValue(make_tuple(std::move(items), value.to_tuple().named_type));
    }
    return value;
}

}  // namespace

void add_all_attributes(const ScriptObject& module, AttributePlaces& places) {
    const auto& attributes = module.type->attributes();
    for (size_t i = 0; i < attributes.size(); ++i) {
        if (!places.emplace(&module, attributes[i].name).second) continue;
        const IValue value = module.slot(i);
        if (is_module(value)) add_all_attributes(value.to_object(), places);
    }
}

AttributePlaces changed_attributes(const Graph& graph, const ScriptObject& self) {
    AttributePlaces places;
    const Modules modules(graph, self);
    for (const Node* node : modules.writes())
        places.emplace(modules.find(node->input(0))->object.get(), node->name_attr());
    for (const auto& [value, found] : modules.all()) {
        const bool is_used = std::ranges::any_of(value->uses, [&](const Use& use) {
            const bool is_access = use.user->kind == sym::prim_GetAttr || use.user->kind == sym::prim_SetAttr;
            return !is_access || use.index != 0;
        });
        if (!is_used) continue;
        add_all_attributes(*found.object, places);
        // The read of the module itself stays.
        if (const Modules::Found* parent = value->node->inputs.empty() ? nullptr : modules.find(value->node->input(0)))
            places.emplace(parent->object.get(), value->node->name_attr());
    }
    for (const Node* node : modules.reads()) {
        if (!is_immutable(*node->output()->type) && Changes().of(node->output()))
            places.emplace(modules.find(node->input(0))->object.get(), node->name_attr());
    }
    return places;
}

bool fold_attributes(Graph& graph, const ScriptObject& self, const AttributePlaces& kept) {
    bool changed = false;
    const Modules modules(graph, self);
    for (Node* node : modules.reads()) {
        const Modules::Found& from = *modules.find(node->input(0));
        const IValue value = detached(from.object->attr(node->name_attr()));
        if (kept.contains({from.object.get(), node->name_attr()}) || !is_constant_form(value)) continue;
        const InsertPoint here(graph, node);
        Value* constant = graph.insert_constant(value, {}, node->range);
        if (value.is_tensor()) constant->set_name(from.path + "." + node->name_attr());
        node->output()->replace_all_uses_with(constant);
        node->destroy();
        changed = true;
    }
    return changed;
}

}  // namespace wick::jit
