#include "frontend/function_values.h"

#include <fmt/format.h>

#include "frontend/emitter.h"
#include "ir/foreign_call.h"
#include "ops/registry.h"

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

ForeignFunctionValue::ForeignFunctionValue(std::string name, IntrusivePtr<ForeignFunction> function,
                                           std::optional<Schema> schema)
    : name_(std::move(name)), function_(std::move(function)), schema_(std::move(schema)) {
    if (schema_ && !schema_->returns.empty()) function_->result = schema_->returns[0].type;
}

SugaredPtr ForeignFunctionValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                      const NamedValues& kwargs) {
    std::vector<Value*> inputs;
    if (schema_) {
        inputs = match_schema(*schema_, range, graph, args, kwargs).inputs;
    } else {
        if (!kwargs.empty()) throw CompileError(range, fmt::format("Keyword argument {} unknown.", kwargs[0].name));
        for (const NamedValue& arg : args) inputs.push_back(arg.value(graph));
    }
    Node* node = graph.create(Symbol::from("prim::PythonOp"), std::move(inputs));
    node->range = range;
    node->op = Registry::instance().find(node->kind.str()).at(0);
    node->set_attr(sym::attr_name, IValue(name_));
    node->set_attr(foreign_function_attribute(), IValue::capsule(function_));
    return sugar(graph.insert(node)->output()->set_type(function_->result));
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
