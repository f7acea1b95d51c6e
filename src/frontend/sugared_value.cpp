#include "frontend/sugared_value.h"

#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <unordered_map>

#include <wick/types/type_variables.h>

#include "frontend/emitter.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

SugaredPtr sugar(Value* value) { return std::make_shared<SimpleValue>(value); }

static NamedValues named(const SourceRange& range, const std::vector<Value*>& values) {
    NamedValues out;
    for (Value* value : values) out.emplace_back(range, value);
    return out;
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

Value* emit_op(const SourceRange& range, Graph& graph, std::string_view name, const std::vector<Value*>& args) {
    return emit_builtin_call(range, graph, Symbol::from(name), named(range, args));
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

// The answers of things that cannot do what is asked ------------------------------------------------------------------

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
    throw CompileError(range, fmt::format("'{}' object is not subscriptable", kind()));
}
Value* SugaredValue::length(const SourceRange& range, Graph&) {
    throw CompileError(range, fmt::format("'{}' object has no len()", kind()));
}
SugaredPtr SugaredValue::element(const SourceRange& range, Graph&, Value*) {
    throw CompileError(range, fmt::format("'{}' object is not subscriptable", kind()));
}

// First-class values
// ----------------------------------------------------------------------------------------------------

std::string SimpleValue::kind() const { return "value of type '" + described(value_->type) + "'"; }

namespace {

/// Attributes that are operators of one argument: (type, name) → namespace.
std::string_view property_namespace(const Type& type, const std::string& field) {
    static const std::unordered_map<std::string, std::string_view> tensor = {
        {"dtype", "prim"},
        {"device", "prim"},
        {"grad", "prim"},
        {"data", "prim"},
        {"shape", "prim"},
        {"is_cpu", "prim"},
        {"is_cuda", "prim"},
        {"is_xpu", "prim"},
        {"is_sparse", "prim"},
        {"is_sparse_csr", "prim"},
        {"is_mkldnn", "prim"},
        {"is_maia", "prim"},
        {"is_mps", "prim"},
        {"is_mtia", "prim"},
        {"is_quantized", "prim"},
        {"is_vulkan", "prim"},
        {"is_xla", "prim"},
        {"is_ipu", "prim"},
        {"is_meta", "prim"},
        {"is_nested", "prim"},
        {"is_leaf", "aten"},
        {"requires_grad", "prim"},
        {"layout", "prim"},
        {"T", "prim"},
        {"H", "prim"},
        {"mT", "aten"},
        {"mH", "aten"},
        {"itemsize", "prim"},
        {"nbytes", "prim"},
        {"ndim", "prim"},
        {"name", "prim"},
        {"real", "aten"},
        {"imag", "aten"},
        {"retains_grad", "aten"},
    };
    if (type.is(TypeKind::Tensor)) {
        const auto found = tensor.find(field);
        return found == tensor.end() ? std::string_view() : found->second;
    }
    if (type.is(TypeKind::Device) && (field == "type" || field == "index")) return "prim";
    return {};
}

/// The number of the dtype that a tensor's method of that name converts to, or -1.
int64_t cast_dtype(const std::string& method) {
    static const std::unordered_map<std::string_view, int64_t> casts = {
        {"byte", 0},  {"char", 1},   {"short", 2},  {"int", 3},      {"long", 4},  {"half", 5},
        {"float", 6}, {"double", 7}, {"cfloat", 9}, {"cdouble", 10}, {"bool", 11}, {"bfloat16", 15},
    };
    const auto found = casts.find(method);
    return found == casts.end() ? -1 : found->second;
}

}  // namespace

SugaredPtr SimpleValue::try_attr(const SourceRange& range, Graph& graph, const std::string& field) {
    const TypePtr& type = value_->type;
    if (const std::string_view ns = property_namespace(*type, field); !ns.empty())
        // As in PyTorch, such a node has no place.
        return sugar(emit_op({}, graph, fmt::format("{}::{}", ns, field), {value_}));
    if (type->is(TypeKind::Tensor) && field == "tolist") return std::make_shared<SpecialFormValue>(SpecialForm::tolist);
    if (const auto* tuple = type->cast<TupleType>()) {
        const std::vector<std::string>& names = tuple->field_names();
        for (size_t i = 0; i < names.size(); ++i) {
            if (names[i] != field) continue;
            Value* index = graph.insert_constant(static_cast<int64_t>(i));
            Node* node = graph.create(sym::prim_TupleIndex, {value_, index});
            node->range = range;
            return sugar(graph.insert(node)->output()->set_type(tuple->contained(i)));
        }
    }
    if (const auto* object = type->cast<ClassType>()) {
        if (object->find_method(field)) return std::make_shared<MethodValue>(value_, field);
        if (const int64_t slot = object->find_attribute(field); slot >= 0) {
            Node* node = graph.create(sym::prim_GetAttr, {value_});
            node->range = range;
            node->set_attr(sym::attr_name, IValue(field));
            // Members of containers have numbers for names, and values may not.
            const bool is_number = field.find_first_not_of("0123456789") == field.npos;
            node->output()->set_name(is_number ? "_" + field : field);
            return sugar(graph.insert(node)->output()->set_type(object->attributes()[slot].type));
        }
        if (const IValue* constant = object->find_constant(field))
            return sugar(graph.insert_constant(*constant, {}, range));
        if (const auto* property = object->find_property(field))
            return MethodValue(value_, property->getter->name()).call(range, graph, {}, {});
        if (Function* method = object->find_static_method(field))
            return std::make_shared<FunctionValue>(std::vector<Function*>{method});
    }
    if (const auto* interface = type->cast<InterfaceType>()) {
        if (interface->find_method(field)) return std::make_shared<MethodValue>(value_, field);
    }
    if (type->is(TypeKind::Enum) && (field == "name" || field == "value")) {
        Node* node = graph.create(field == "name" ? sym::prim_EnumName : sym::prim_EnumValue, {value_});
        node->range = range;
        graph.insert(node)->output()->set_type(field == "name" ? string_type() : type->expect<EnumType>().value_type());
        node->op = match_operator(*node);
        return sugar(node->output());
    }
    if (type->is(TypeKind::Tensor)) {
        if (field == "type") return std::make_shared<TensorTypeFunction>(value_);
        if (const int64_t dtype = cast_dtype(field); dtype >= 0)
            return std::make_shared<TensorCastFunction>(value_, dtype);
    }
    if (SugaredPtr method =
            BuiltinFunction::as_method(Symbol::from("aten::" + field), NamedValue(range, "self", value_)))
        return method;
    return BuiltinFunction::as_method(Symbol::from("prim::" + field), NamedValue(range, "self", value_));
}

SugaredPtr SimpleValue::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    // An attribute of an Await is one of its result.
    if (value_->type->is(TypeKind::Await))
        return sugar(emit_op(range, graph, "prim::awaitable_wait", {value_}))->attr(range, graph, field);
    if (SugaredPtr found = try_attr(range, graph, field)) return found;
    const TypePtr& type = value_->type;
    if (type->is(TypeKind::Optional) || type->is(TypeKind::Union)) {
        throw CompileError(
            range, fmt::format(
                       "'{}' object has no attribute or method '{}'. Did you forget to refine it with 'is not None' or "
                       "isinstance()?",
                       described(type), field));
    }
    // Of an enum, PyTorch tells that it is one.
    throw CompileError(
        range,
        fmt::format("'{}' object has no attribute or method '{}'.{}",
                    type->is(TypeKind::Enum) ? type->str() : described(type), field,
                    type->is(TypeKind::Class) ? " Did you forget to initialize an attribute in __init__()?" : ""));
}

bool SimpleValue::has_attr(const SourceRange& range, Graph&, const std::string& field) {
    if (const auto* object = value_->type->cast<ClassType>()) {
        return object->find_method(field) || object->find_attribute(field) >= 0 || object->find_constant(field) ||
               object->find_property(field);
    }
    if (const auto* tuple = value_->type->cast<TupleType>())
        return std::find(tuple->field_names().begin(), tuple->field_names().end(), field) != tuple->field_names().end();
    throw CompileError(range, fmt::format("hasattr's first argument must be an object or NamedTuple, got {} instead",
                                          described(value_->type)));
}

void SimpleValue::set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned) {
    const auto* object = value_->type->cast<ClassType>();
    if (!object)
        throw CompileError(
            range, fmt::format("Tried to set an attribute: {} on a non-class: {}", field, described(value_->type)));
    const int64_t slot = object->find_attribute(field);
    if (slot < 0) {
        if (const auto* property = object->find_property(field)) {
            if (!property->setter)
                throw CompileError(range, fmt::format("Tried to set read-only attribute: {}", field));
            MethodValue(value_, property->setter->name()).call(range, graph, {NamedValue(range, assigned)}, {});
            return;
        }
        throw CompileError(
            range, fmt::format("Tried to set nonexistent attribute: {}. Did you forget to initialize it in __init__()?",
                               field));
    }
    const TypePtr& expected = object->attributes()[slot].type;
    assigned = try_convert_to_type(range, graph, expected, assigned, true);
    if (!assigned->type->is_subtype_of(expected)) {
        throw CompileError(range, fmt::format("Wrong type for attribute assignment. Expected {} but got {}",
                                              described(expected), described(assigned->type)));
    }
    Node* node = graph.create(sym::prim_SetAttr, {value_, assigned}, 0);
    node->range = range;
    node->set_attr(sym::attr_name, IValue(field));
    graph.insert(node);
}

SugaredPtr SimpleValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                             const NamedValues& kwargs) {
    const TypePtr& type = value_->type;
    if (type->is(TypeKind::Class) || type->is(TypeKind::Interface)) {
        const auto* object = type->cast<ClassType>();
        const bool is_module = object ? object->is_module() : type->expect<InterfaceType>().is_module();
        return attr(range, graph, is_module ? "forward" : "__call__")->call(range, graph, args, kwargs);
    }
    if (const IValue* function = constant_value(value_); function && function->is_function())
        return FunctionValue({&function->to_function()}).call(range, graph, args, kwargs);
    return SugaredValue::call(range, graph, args, kwargs);
}

std::vector<SugaredPtr> SimpleValue::as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) {
    const TypePtr& type = value_->type;
    std::vector<SugaredPtr> members;
    if (type->is(TypeKind::Tuple)) {
        if (value_->node->kind == sym::prim_TupleConstruct) {
            for (Value* element : value_->node->inputs) members.push_back(sugar(element));
            return members;
        }
        Node* node = graph.create(sym::prim_TupleUnpack, {value_}, 0);
        node->range = range;
        graph.insert(node);
        for (const TypePtr& element : type->contained()) members.push_back(sugar(node->add_output(element)));
        return members;
    }
    if (type->is(TypeKind::List) || type->is(TypeKind::Tensor)) {
        if (!expected) {
            throw CompileError(range, type->is(TypeKind::Tensor)
                                          ? "Tensor cannot be used as a tuple"
                                          : "cannot statically infer the expected size of a list in this context");
        }
        Value* list = type->is(TypeKind::Tensor) ? emit_op(range, graph, "aten::unbind", {value_}) : value_;
        Node* node = graph.create(sym::prim_ListUnpack, {list}, 0);
        node->range = range;
        graph.insert(node);
        for (size_t i = 0; i < *expected; ++i) members.push_back(sugar(node->add_output(list->type->contained(0))));
        return members;
    }
    throw CompileError(range, fmt::format("{} cannot be used as a tuple", described(type)));
}

SugaredPtr SimpleValue::iterator(const SourceRange& range, Graph& graph) {
    switch (value_->type->kind()) {
        case TypeKind::List:
        case TypeKind::String:
        case TypeKind::Tensor:
            return shared_from_this();
        case TypeKind::Tuple:
            return std::make_shared<SugaredTuple>(as_tuple(range, graph, std::nullopt));
        case TypeKind::Dict:
            return sugar(emit_op(range, graph, "aten::keys", {value_}));
        default:
            throw CompileError(range, fmt::format("'{}' object is not iterable", described(value_->type)));
    }
}

Value* SimpleValue::length(const SourceRange& range, Graph& graph) {
    switch (value_->type->kind()) {
        case TypeKind::List:
        case TypeKind::Tensor:
        case TypeKind::Dict:
        case TypeKind::String:
            return emit_op(range, graph, "aten::len", {value_});
        case TypeKind::Tuple:
            return graph.insert_constant(static_cast<int64_t>(value_->type->contained().size()));
        default:
            throw CompileError(range, fmt::format("'{}' object is not iterable", described(value_->type)));
    }
}

SugaredPtr SimpleValue::element(const SourceRange& range, Graph& graph, Value* index) {
    switch (value_->type->kind()) {
        case TypeKind::List:
        case TypeKind::String:
        case TypeKind::Dict:
            return sugar(emit_op(range, graph, "aten::__getitem__", {value_, index}));
        case TypeKind::Tensor:
            return sugar(emit_op(range, graph, "aten::select", {value_, graph.insert_constant(0), index}));
        case TypeKind::Class:
            return attr(range, graph, "__getitem__")->call(range, graph, {NamedValue(range, index)}, {});
        default:
            throw CompileError(range, fmt::format("'{}' object is not subscriptable", described(value_->type)));
    }
}

// Operators
// ---------------------------------------------------------------------------------------------------------------

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

SugaredPtr ConstantsTable::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    size_t index = 0;
    const char* end = field.data() + field.size();
    if (field.size() < 2 || field[0] != 'c' || std::from_chars(field.data() + 1, end, index).ptr != end)
        throw CompileError(range, fmt::format("invalid constant specifier: {}", field));
    if (index >= constants_->size())
        throw CompileError(range, fmt::format("constant index {} is out of bounds (constant table has {} entries)",
                                              index, constants_->size()));
    const IValue& value = (*constants_)[index];
    if (!is_constant_form(value))
        throw CompileError(range, fmt::format("constant {} is a {}, which code cannot hold", field, value.tag_name()));
    return sugar(graph.insert_constant(value, {}, range));
}

std::string SpecialFormValue::kind() const {
    static constexpr const char* kKinds[] = {
#define _(name, kind) kind,
        WICK_FORALL_SPECIAL_FORMS(_)
#undef _
    };
    return kKinds[static_cast<size_t>(form)];
}

void fail_as_value(const SourceRange& range, const std::string& kind) {
    throw CompileError(range,
                       fmt::format("{} cannot be used as a value. Perhaps it is a closed over global variable? If "
                                   "so, please consider passing it in as an argument or use a local variable "
                                   "instead.",
                                   kind));
}

Value* PythonClassValue::as_value(const SourceRange& range, Graph&) { fail_as_value(range, kind()); }

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
    throw CompileError(range, fmt::format("Could not export Python function call '{}'", name_));
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

// Functions, classes
// ----------------------------------------------------------------------------------------------------

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

// Iterators
// ---------------------------------------------------------------------------------------------------------------

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

RangeValue::RangeValue(const SourceRange& range, Graph& graph, std::vector<Value*> args) {
    if (args.empty() || args.size() > 3)
        throw CompileError(range, fmt::format("range expected at {} arguments, got {}",
                                              args.empty() ? "least 1" : "most 3", args.size()));
    for (size_t i = 0; i < args.size(); ++i) {
        args[i] = try_convert_to_type(range, graph, int_type(), args[i], true);
        if (!args[i]->type->is(TypeKind::Int))
            throw CompileError(range, fmt::format("all inputs of range must be ints, found {} in argument {}",
                                                  described(args[i]->type), i));
    }
    if (args.size() == 1) {
        stop_ = args[0];
        // Start and step are not needed; they stand here so that values are numbered as in PyTorch.
        graph.insert_constant(0, {}, range);
        graph.insert_constant(1, {}, range);
        return;
    }
    start_ = args[0];
    stop_ = args[1];
    step_ = args.size() == 3 ? args[2] : graph.insert_constant(1, {}, range);
}

Value* RangeValue::length(const SourceRange& range, Graph& graph) {
    return start_ ? emit_op(range, graph, "aten::__range_length", {start_, stop_, step_}) : stop_;
}

SugaredPtr RangeValue::element(const SourceRange& range, Graph& graph, Value* index) {
    return sugar(start_ ? emit_op(range, graph, "aten::__derive_index", {index, start_, step_}) : index);
}

Value* ZipValue::length(const SourceRange& range, Graph& graph) {
    std::vector<Value*> lengths;
    const std::function<void(const ZipValue&)> measure = [&](const ZipValue& zip) {
        for (const SugaredPtr& iterator : zip.iterators_) {
            if (const auto* nested = dynamic_cast<const ZipValue*>(iterator.get())) {
                measure(*nested);
            } else {
                lengths.push_back(iterator->length(range, graph));
            }
        }
    };
    measure(*this);
    if (lengths.size() == 1) return lengths[0];
    Value* list = graph.insert_node(sym::prim_ListConstruct, lengths)->output()->set_type(list_type(int_type()));
    return emit_op(range, graph, "prim::min", {list});
}

SugaredPtr ZipValue::element(const SourceRange& range, Graph& graph, Value* index) {
    std::vector<SugaredPtr> members;
    for (const SugaredPtr& iterator : iterators_) members.push_back(iterator->element(range, graph, index));
    return std::make_shared<SugaredTuple>(std::move(members));
}

std::optional<size_t> ZipValue::static_length(const SourceRange& range) const {
    std::optional<size_t> least;
    size_t known = 0;
    for (const SugaredPtr& iterator : iterators_) {
        const auto length = iterator->static_length(range);
        if (length) least = std::min(least.value_or(SIZE_MAX), *length);
        known += length || iterator == counter_;
    }
    if (least && known < iterators_.size())
        throw CompileError(range,
                           "Can not iterate over a module list or tuple with a value that does not have a statically "
                           "determinable length");
    return least;
}

std::vector<SugaredPtr> ZipValue::as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t>) {
    const auto length = static_length(range);
    std::vector<SugaredPtr> rows;
    for (size_t i = 0; i < length.value_or(0); ++i)
        rows.push_back(element(range, graph, graph.insert_constant(static_cast<int64_t>(i))));
    return rows;
}

}  // namespace wick::jit
