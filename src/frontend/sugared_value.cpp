#include "frontend/sugared_value.h"

#include <fmt/format.h>

#include "types/inferred_tensor.h"

namespace wick::jit {

// The answers of things that cannot do what is asked.

Value* SugaredValue::as_value(const SourceRange& range, Graph&) {
    throw CompileError(range, fmt::format("{} cannot be used as a value", kind()));
}
SugaredPtr SugaredValue::attr(const SourceRange& range, Graph&, const std::string&) {
    throw CompileError(range, fmt::format("attribute lookup is not defined on {}", kind()));
}
bool SugaredValue::has_attr(const SourceRange& range, Graph&, const std::string&) {
    throw CompileError(range, fmt::format("attribute lookup is not defined on {}", kind()));
}
void SugaredValue::set_attr(const SourceRange& range, Graph&, const std::string&, Value*) {
    throw CompileError(range, fmt::format("attribute assignment is not defined on {}", kind()));
}
SugaredPtr SugaredValue::call(const SourceRange& range, Graph&, const NamedValues&, const NamedValues&) {
    throw CompileError(range, fmt::format("cannot call a {}", kind()));
}
std::vector<SugaredPtr> SugaredValue::as_tuple(const SourceRange& range, Graph&, std::optional<size_t>) {
    throw CompileError(range, fmt::format("{} cannot be used as a tuple", kind()));
}
SugaredPtr SugaredValue::iterator(const SourceRange& range, Graph&) {
    throw CompileError(range, fmt::format("{} cannot be used as an iterable", kind()));
}
SugaredPtr SugaredValue::call_with(const SourceRange& range, Graph&, const std::vector<SugaredArgument>&) {
    throw CompileError(range, fmt::format("{} cannot be called with functions", kind()));
}
SugaredPtr SugaredValue::subscript(const SourceRange& range, Graph& graph, Value*, const TypePtr&) {
    as_value(range, graph);
    throw CompileError(range, fmt::format("{} cannot be used as a value", kind()));
}
Value* SugaredValue::length(const SourceRange& range, Graph&) {
    throw CompileError(range, fmt::format("'{}' object has no len()", kind()));
}
SugaredPtr SugaredValue::element(const SourceRange& range, Graph&, Value*) {
    throw CompileError(range, fmt::format("'{}' object is not subscriptable", kind()));
}

void fail_as_value(const SourceRange& range, const std::string& kind) {
    throw CompileError(range,
                       fmt::format("{} cannot be used as a value. Perhaps it is a closed over global variable? If "
                                   "so, please consider passing it in as an argument or use a local variable "
                                   "instead.",
                                   kind));
}

Value* SugaredTuple::as_value(const SourceRange& range, Graph& graph) {
    std::vector<Value*> values;
    std::vector<TypePtr> types;
    for (const SugaredPtr& member : members_) {
        values.push_back(member->as_value(range, graph));
        types.push_back(values.back()->type);
    }
    Node* node = graph.create(sym::prim_TupleConstruct, std::move(values));
    node->range = range;
    return graph.insert(node)->output()->set_type(tuple_type(std::move(types)));
}

SugaredPtr SugaredTuple::subscript(const SourceRange& range, Graph&, Value* index, const TypePtr&) {
    const IValue* constant = constant_value(index);
    if (!constant || !constant->is_int()) throw CompileError(range, "Enforced that the index is an integer literal");
    const auto count = static_cast<int64_t>(members_.size());
    const int64_t at = constant->to_int();
    if (at < -count || at >= count) throw CompileError(range, "index out of range");
    return members_[at < 0 ? at + count : at];
}

Value* SugaredTuple::length(const SourceRange&, Graph& graph) {
    return graph.insert_constant(static_cast<int64_t>(members_.size()));
}

Value* emit_module_at(const SourceRange& range, Graph& graph, Value* container, Value* index,
                      const TypePtr& interface) {
    for (const ClassType::Attribute& attribute : container->type->expect<ClassType>().attributes()) {
        const auto* module = attribute.type->cast<ClassType>();
        std::string why;
        if (module && module->is_module() && !module->is_subtype_of(*interface, &why))
            throw CompileError(range, fmt::format("Attribute {} is not of annotated type {}: {}", attribute.name,
                                                  described(interface), why));
    }
    return emit_op({}, graph, "prim::ModuleContainerIndex", {container, index})->set_type(interface);
}

}  // namespace wick::jit
