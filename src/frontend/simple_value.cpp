// What values of the graph can do, by their types.

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "frontend/function_values.h"
#include "frontend/operator_values.h"
#include "frontend/special_form.h"
#include "frontend/sugared_value.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

SugaredPtr sugar(Value* value) { return std::make_shared<SimpleValue>(value); }

std::string SimpleValue::kind() const { return "value of type '" + value_->type->annotation_str() + "'"; }

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
    throw CompileError(
        range,
        fmt::format("'{}' object has no attribute or method '{}'.{}", described(type), field,
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
    assigned = try_convert_to_type(range, graph, expected, assigned, false);
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

}  // namespace wick::jit
