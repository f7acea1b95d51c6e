#include "frontend/class_values.h"

#include <fmt/format.h>

#include "frontend/function_values.h"
#include "frontend/special_form.h"

namespace wick::jit {

SugaredPtr ClassValue::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    const auto& type = type_->expect<ClassType>();
    if (field == "__new__") return std::make_shared<SpecialFormValue>(SpecialForm::create_object, type_);
    if (Function* method = type.find_static_method(field))
        return std::make_shared<FunctionValue>(std::vector<Function*>{method});
    if (const IValue* constant = type.find_constant(field)) return sugar(graph.insert_constant(*constant, {}, range));
    // A call of a module is, in archived code, a call of its forward between calls of its hooks.
    for (const auto* hooks : {&type.forward_pre_hooks(), &type.forward_hooks()}) {
        for (const IntrusivePtr<Function>& hook : *hooks) {
            if (hook->name() == field) return std::make_shared<FunctionValue>(std::vector<Function*>{hook.get()});
        }
    }
    throw CompileError(range, fmt::format("Tried to lookup unknown attribute on class {}.{}", type.name(), field));
}

SugaredPtr ClassValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                            const NamedValues& kwargs) {
    Node* node = graph.create(sym::prim_CreateObject);
    node->range = range;
    Value* self = graph.insert(node)->output()->set_type(type_);
    if (!type_->expect<ClassType>().find_method("__init__"))
        throw CompileError(range, fmt::format("Class {} does not have an __init__ function defined",
                                              type_->str().substr(type_->str().rfind('.') + 1)));
    MethodValue(self, "__init__").call(range, graph, args, kwargs);
    return sugar(self);
}

SugaredPtr NamedTupleValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                 const NamedValues& kwargs) {
    const auto& tuple = type_->expect<TupleType>();
    Schema schema;
    schema.name = tuple.name();
    const size_t fields = tuple.contained().size();
    for (size_t i = 0; i < fields; ++i) {
        Argument argument;
        argument.name = tuple.field_names()[i];
        argument.type = tuple.contained(i);
        if (const size_t first = fields - tuple.field_defaults().size(); i >= first)
            argument.default_value = tuple.field_defaults()[i - first];
        schema.arguments.push_back(std::move(argument));
    }
    const MatchedSchema match = match_schema(schema, range, graph, args, kwargs);
    Node* node = graph.create(sym::prim_TupleConstruct, match.inputs);
    node->range = range;
    return sugar(graph.insert(node)->output()->set_type(type_));
}

SugaredPtr EnumClassValue::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    const auto& members = type_->expect<EnumType>().members();
    for (size_t i = 0; i < members.size(); ++i) {
        if (members[i].first == field)
            return sugar(graph.insert_constant(IValue(make_intrusive<EnumObject>(type_, i)), type_, range));
    }
    // The quotation mark is PyTorch's.
    throw CompileError(range, fmt::format("{}' has no attribute '{}'", type_->str(), field));
}

std::vector<SugaredPtr> EnumClassValue::as_tuple(const SourceRange&, Graph& graph, std::optional<size_t>) {
    std::vector<SugaredPtr> members;
    for (size_t i = 0; i < type_->expect<EnumType>().members().size(); ++i)
        members.push_back(sugar(graph.insert_constant(IValue(make_intrusive<EnumObject>(type_, i)), type_)));
    return members;
}

SugaredPtr EnumClassValue::iterator(const SourceRange& range, Graph& graph) {
    std::vector<IValue> members;
    for (size_t i = 0; i < type_->expect<EnumType>().members().size(); ++i)
        members.emplace_back(make_intrusive<EnumObject>(type_, i));
    return sugar(graph.insert_constant(IValue(make_list(type_, std::move(members))), list_type(type_), range));
}

SugaredPtr ExceptionValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                const NamedValues& kwargs) {
    if (!kwargs.empty()) throw CompileError(range, "exceptions take no keyword arguments");
    Value* text = nullptr;
    if (class_name == "builtins.AssertionError") {
        // As of an assert statement: the name is part of the message.
        text = graph.insert_constant("AssertionError: ");
        for (const NamedValue& arg : args) {
            Value* value = arg.value(graph);
            if (!value->type->is(TypeKind::String)) value = emit_op(range, graph, "aten::str", {value});
            text = emit_op(range, graph, "aten::add", {text, value});
        }
        return std::make_shared<ExceptionValue>("", text);
    }
    if (args.empty()) {
        text = graph.insert_constant("");
    } else if (args.size() == 1) {
        text = args[0].value(graph);
    } else {
        std::vector<Value*> values;
        for (const NamedValue& arg : args) values.push_back(arg.value(graph));
        text = pack_outputs(graph, values);
    }
    return std::make_shared<ExceptionValue>(class_name, text);
}

namespace {

/// The tensor that PyTorch lets Python compute: what is wrong with its use is told before it is asked for.
class PythonResult : public SugaredValue {
 public:
    explicit PythonResult(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "value of type 'Tensor'"; }
    Value* as_value(const SourceRange& range, Graph&) override {
        throw CompileError(range, fmt::format("Could not export Python function call '{}'", name_));
    }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        sugar(graph.insert_constant(IValue(), tensor_type(), range))->attr(range, graph, field);
        as_value(range, graph);
        return nullptr;
    }

 private:
    const std::string name_;
};

}  // namespace

SugaredPtr PythonClassValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                                  const NamedValues& kwargs) {
    Schema schema;
    schema.name = name_;
    for (size_t i = 0; i < args.size(); ++i) {
        if (args[i].type()->is(TypeKind::Function))
            throw CompileError(args[i].range, "function cannot be used as a value");
        Argument argument;
        argument.name = fmt::format("{}", i);
        argument.type = tensor_type();
        schema.arguments.push_back(std::move(argument));
    }
    Argument result;
    result.name = "0";
    result.type = tensor_type();
    schema.returns.push_back(std::move(result));
    match_schema(schema, range, graph, args, kwargs);
    return std::make_shared<PythonResult>(name_);
}

}  // namespace wick::jit
