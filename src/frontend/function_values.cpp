#include "frontend/function_values.h"

#include "frontend/emitter.h"

namespace wick::jit {

Value* FunctionValue::as_value(const SourceRange&, Graph& graph) {
    return graph.insert_constant(IValue(IntrusivePtr<Function>(overloads_[0])));
}

SugaredPtr FunctionValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                               const NamedValues& kwargs) {
    std::vector<const Schema*> schemas;
    for (Function* function : overloads_) schemas.push_back(&schema_for_call(*function, range));
    const auto [chosen, match] = match_schemas(schemas, range, graph, args, kwargs);
    return sugar(emit_function_call(range, graph, *overloads_[chosen], match));
}

SugaredPtr MethodValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                             const NamedValues& kwargs) {
    const Schema* schema = nullptr;
    if (const auto* object = self_->type->cast<ClassType>()) {
        schema = &schema_for_call(*object->find_method(name_), range);
    } else {
        schema = self_->type->expect<InterfaceType>().find_method(name_);
    }
    NamedValues with_self{NamedValue(range, self_)};
    with_self.insert(with_self.end(), args.begin(), args.end());
    return sugar(emit_method_call(range, graph, name_, match_schema(*schema, range, graph, with_self, kwargs)));
}

Value* emit_function_call(const SourceRange& range, Graph& graph, Function& function, const MatchedSchema& match) {
    std::vector<Value*> inputs{graph.insert_constant(IValue(IntrusivePtr<Function>(&function)))};
    inputs.insert(inputs.end(), match.inputs.begin(), match.inputs.end());
    Node* node = graph.create(sym::prim_CallFunction, std::move(inputs));
    node->range = range;
    return graph.insert(node)->output()->set_type(match.return_types.at(0));
}

Value* emit_method_call(const SourceRange& range, Graph& graph, const std::string& name, const MatchedSchema& match) {
    Node* node = graph.create(sym::prim_CallMethod, match.inputs);
    node->range = range;
    node->set_attr(sym::attr_name, IValue(name));
    return graph.insert(node)->output()->set_type(match.return_types.at(0));
}

}  // namespace wick::jit
