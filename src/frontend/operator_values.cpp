#include "frontend/operator_values.h"

#include <fmt/format.h>

#include <wick/types/type_variables.h>

namespace wick::jit {

SugaredPtr BuiltinFunction::as_method(Symbol name, const NamedValue& self) {
    const TypePtr type = self.type();
    for (const Operator* op : Registry::instance().find(name.str())) {
        const int64_t index = op->schema().find_argument("self");
        if (index < 0) continue;
        const TypePtr& formal = op->schema().arguments[index].type;
        TypeVariables variables;
        if (!bind_type_variables(formal, type, variables)) continue;
        const TypePtr concrete = substitute_type_variables(formal, variables);
        if (concrete && type->is_subtype_of(concrete)) return std::make_shared<BuiltinFunction>(name, self);
    }
    return nullptr;
}

SugaredPtr BuiltinFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                 const NamedValues& kwargs) {
    return sugar(emit_builtin_call(range, graph, name_, args, kwargs, self_));
}

SugaredPtr OperatorNamespace::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    if (name_ == "aten" && field == "autograd") return shared_from_this();
    if (name_ == "aten" && (field == "inf" || field == "nan"))
        return sugar(graph.insert_constant(field == "inf" ? IValue(double(INFINITY)) : IValue(double(NAN))));
    return std::make_shared<BuiltinFunction>(Symbol::from(name_ + "::" + field), std::nullopt);
}

SugaredPtr CastFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                              const NamedValues& kwargs) {
    if (args.size() == 1 && kwargs.empty()) {
        Value* value = args[0].value(graph);
        if (value->type->is(TypeKind::Class) && !magic_method_.empty())
            return sugar(value)->attr(range, graph, magic_method_)->call(range, graph, {}, {});
        // Made before it is known to be needed, so that values are numbered as in PyTorch.
        Value* zero = graph.insert_constant(0);
        if (value->type->is_subtype_of(type_)) return sugar(value);
        if (type_->is(TypeKind::Bool) &&
            (value->type->is(TypeKind::List) || value->type->is(TypeKind::Dict) || value->type->is(TypeKind::String))) {
            return sugar(emit_op(range, graph, "aten::gt", {emit_op(range, graph, "aten::len", {value}), zero}));
        }
    }
    if (args.empty() && kwargs.empty()) {
        switch (type_->kind()) {
            case TypeKind::Int:
                return sugar(graph.insert_constant(0));
            case TypeKind::Float:
                return sugar(graph.insert_constant(0.0));
            case TypeKind::Bool:
                return sugar(graph.insert_constant(false));
            case TypeKind::String:
                return sugar(graph.insert_constant(""));
            default:
                break;
        }
    }
    return sugar(emit_builtin_call(range, graph, op_, args, kwargs));
}

SugaredPtr TensorCastFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                    const NamedValues& kwargs) {
    if (!args.empty() || !kwargs.empty()) throw CompileError(range, "tensor casts take no arguments");
    return sugar(emit_op(range, graph, "aten::to", {self_, graph.insert_constant(dtype_, {}, range)}));
}

SugaredPtr TensorTypeFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                    const NamedValues& kwargs) {
    if (args.empty() && kwargs.empty()) return sugar(self_);
    const bool by_name = args.empty() && kwargs.size() == 1 && kwargs[0].name == "dtype";
    if (!by_name && (args.size() != 1 || !kwargs.empty()))
        throw CompileError(range, "type() of a tensor takes a dtype");
    Value* dtype = (by_name ? kwargs : args)[0].value(graph);
    Value* non_blocking = graph.insert_constant(false, {}, range);
    Value* copy = graph.insert_constant(false, {}, range);
    return sugar(
        emit_op(range, graph, "aten::to", {self_, dtype, non_blocking, copy, graph.insert_constant(IValue())}));
}

SugaredPtr MagicFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                               const NamedValues& kwargs) {
    if (!args.empty()) {
        const TypePtr type = args[0].type();
        if (type->is(TypeKind::Class) && !method_.empty())
            return sugar(args[0].value(graph))
                ->attr(range, graph, method_)
                ->call(range, graph, NamedValues(args.begin() + 1, args.end()), kwargs);
    }
    return sugar(emit_builtin_call(range, graph, op_, args, kwargs));
}

namespace {

/// What a statement gives that is no expression.
struct NoValue : SugaredValue {
    std::string kind() const override { return "None"; }
};

}  // namespace

SugaredPtr PrintFunction::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                               const NamedValues& kwargs) {
    if (!kwargs.empty()) throw CompileError(range, "print doesn't accept any keyword arguments");
    std::vector<Value*> inputs;
    for (const NamedValue& arg : args) inputs.push_back(arg.value(graph));
    Node* node = graph.create(sym::prim_Print, std::move(inputs), 0);
    node->range = range;
    graph.insert(node);
    return std::make_shared<NoValue>();
}

}  // namespace wick::jit
