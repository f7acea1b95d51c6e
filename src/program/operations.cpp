// The meaning of operations on values: calls, attributes, truth, comparison, iteration, text.

#include <algorithm>
#include <fmt/format.h>

#include "frontend/class_values.h"
#include "frontend/function_values.h"
#include "ops/print_value.h"
#include "program/builtin_thing.h"
#include "program/compiled_function.h"
#include "program/containers.h"
#include "program/exceptions.h"
#include "program/functions.h"
#include "program/modules.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// torch.Size: a list of ints that shows itself as what it is.
class SizeObject : public ListObject {
 public:
    using ListObject::ListObject;
};

IValue size_of(const Tensor& tensor) {
    std::vector<IValue> sizes;
    for (const int64_t size : tensor.sizes()) sizes.emplace_back(size);
    return IValue(IntrusivePtr<ListObject>(make_intrusive<SizeObject>(int_type(), std::move(sizes))));
}

/// A method of a plain value: an operator, or a function of Python's that the front end knows.
struct OperatorMethod {
    IValue self;
    std::string name;
};

IValue call_method(Session& session, OperatorMethod& method, Arguments& arguments) {
    if (method.self.is_tensor()) {
        if (method.name == "tolist") return tensor_to_list(method.self.to_tensor());
        if (method.name == "size" && arguments.positional.empty() && arguments.keywords.empty())
            return size_of(method.self.to_tensor());
    }
    return session.eager().call("self." + method.name, &method.self, arguments.positional, arguments.keywords);
}

bool attribute_of_object(const IValue& value, const std::string& name, IValue& out, Session& session) {
    const ScriptObject& object = value.to_object();
    if (const int64_t slot = object.type->find_attribute(name); slot >= 0) {
        out = object.slot(slot);
        return true;
    }
    if (const IValue* constant = object.type->find_constant(name)) {
        out = *constant;
        return true;
    }
    if (const auto* property = object.type->find_property(name)) {
        out = session.run_compiled(*property->getter, {value});
        return true;
    }
    if (Function* method = object.type->find_method(name)) {
        out = make_intrusive<CompiledMethod>(value, *method)->value();
        return true;
    }
    if (object.type->is_module()) return script_module_attribute(session, value, name, out);
    if (Function* method = object.type->find_static_method(name)) {
        out = IValue(IntrusivePtr<Function>(method));
        return true;
    }
    return false;
}

/// The `__dunder__` method of an object of a script class, or null.
Function* magic_method(const IValue& value, const char* name) {
    return value.is_object() ? value.to_object().type->find_method(name) : nullptr;
}

}  // namespace

IValue Session::call(const IValue& callee, Arguments arguments) {
    if (Thing* thing = thing_of(callee)) {
        const IValue keep_alive = callee;
        return thing->call(*this, std::move(arguments));
    }
    if (callee.is_function()) return call_compiled(*this, callee.to_function(), std::move(arguments));
    if (callee.is_object()) {
        const ScriptObject& object = callee.to_object();
        // `@torch.no_grad()` and its like.
        auto* decorated = arguments.positional.size() == 1 ? thing_as<FunctionThing>(arguments.positional[0]) : nullptr;
        if (decorated && object.type->name().starts_with("__torch__.torch.") && object.type->find_method("__enter__")) {
            decorated->contexts.emplace_back(&callee.to_object());
            // What torch.set_grad_enabled has done when it was made ends here.
            if (Function* decorates = object.type->find_method("__call__"))
                CompiledMethod(callee, *decorates).call(*this, {});
            return arguments.positional[0];
        }
        if (Function* method = object.type->find_method(object.type->is_module() ? "forward" : "__call__"))
            return CompiledMethod(callee, *method).call(*this, std::move(arguments));
    }
    raise("TypeError", fmt::format("'{}' object is not callable", type_name(callee)));
}

bool Session::find_attribute(const IValue& value, const std::string& name, IValue& out) {
    if (Thing* thing = thing_of(value)) return thing->attribute(*this, name, out);
    if (value.is_object()) return attribute_of_object(value, name, out, *this);
    if (value.is_enum()) {
        if (name != "name" && name != "value") return false;
        out = name == "name" ? IValue(value.to_enum().name()) : value.to_enum().value();
        return true;
    }
    if (value.is_tuple() && value.to_tuple().named_type) {
        const auto& fields = value.to_tuple().named_type->expect<TupleType>().field_names();
        if (const auto field = std::ranges::find(fields, name); field != fields.end()) {
            out = value.to_tuple().elements[field - fields.begin()];
            return true;
        }
    }
    if (container_method(value, name, out)) return true;
    if (value.is_list() || value.is_dict() || value.is_tuple() || value.is_none()) return false;
    if (value.is_tensor() && name == "shape") {
        out = size_of(value.to_tensor());
        return true;
    }
    if (eager_.has_property(value, name)) {
        out = eager_.evaluate("self." + name, {"self"}, {value});
        return true;
    }
    Graph graph;
    try {
        SimpleValue(graph.add_input("self", value.type())).attr({}, graph, name);
    } catch (const CompileError&) {
        return false;
    }
    out = make_closure<OperatorMethod>({value, name}, call_method);
    return true;
}

IValue Session::attribute(const IValue& value, const std::string& name) {
    IValue out;
    if (find_attribute(value, name, out)) return out;
    if (const auto* module = thing_as<ModuleObject>(value))
        raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", module->type->name(), name));
    if (const auto* type = thing_as<ClassThing>(value))
        raise("AttributeError", fmt::format("type object '{}' has no attribute '{}'", type->name(), name));
    const Thing* thing = thing_of(value);
    if (thing && thing->kind() == "module")
        raise("AttributeError", fmt::format("module {} has no attribute '{}'", repr(value), name));
    raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", type_name(value), name));
}

void Session::set_attribute(const IValue& object, const std::string& name, IValue value) {
    if (Thing* thing = thing_of(object)) return thing->set_attribute(*this, name, std::move(value));
    if (object.is_object()) {
        ScriptObject& script = object.to_object();
        settle_types(value);
        if (const auto* property = script.type->find_property(name); property && property->setter) {
            run_compiled(*property->setter, {object, std::move(value)});
            return;
        }
        const int64_t slot = script.type->find_attribute(name);
        if (slot < 0)
            raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", type_name(object), name));
        const TypePtr& type = script.type->attributes()[slot].type;
        settle_empty(value, type);
        if (type->is(TypeKind::Float) && value.is_int()) value = IValue(static_cast<double>(value.to_int()));
        if (thing_of(value) || !value.type()->is_subtype_of(*type))
            raise("TypeError",
                  fmt::format("attribute '{}' has type {}, not {}", name, type->annotation_str(), type_name(value)));
        script.set_slot(slot, std::move(value));
        return;
    }
    if (object.is_tensor() && name == "requires_grad") {
        object.tensor_ref().set_requires_grad(is_true(value));
        return;
    }
    if (object.is_tensor() && name == "grad") {
        if (!value.is_none() && !value.is_tensor())
            raise("TypeError", fmt::format("assigned grad expected to be a Tensor or None but got grad of type {}",
                                           type_name(value)));
        object.tensor_ref().set_grad(value.to_tensor());
        return;
    }
    if (object.is_tensor() && name == "data") {
        const IValue elements(object.tensor_ref().detach());
        eager_.call("self.copy_", &elements, {std::move(value)}, {});
        return;
    }
    raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", type_name(object), name));
}

bool Session::is_true(const IValue& value) {
    switch (value.tag()) {
        case IValue::Tag::None:
            return false;
        case IValue::Tag::Bool:
            return value.to_bool();
        case IValue::Tag::Int:
            return value.to_int() != 0;
        case IValue::Tag::Double:
            return value.to_double() != 0;
        case IValue::Tag::String:
            return !value.to_string().empty();
        case IValue::Tag::List:
            return !value.to_list().items.empty();
        case IValue::Tag::Dict:
            return value.to_dict().size() != 0;
        case IValue::Tag::Tuple:
            return !value.to_tuple().elements.empty();
        case IValue::Tag::Tensor:
        case IValue::Tag::Complex:
            return eager_.call("bool", nullptr, {value}, {}).to_bool();
        case IValue::Tag::Object:
            if (Function* method = magic_method(value, "__bool__")) return run_compiled(*method, {value}).to_bool();
            if (Function* method = magic_method(value, "__len__")) return run_compiled(*method, {value}).to_int() != 0;
            return true;
        default: {
            const auto* module = thing_as<ModuleObject>(value);
            return !module || !module->is_container() || length(value) != 0;
        }
    }
}

bool Session::equal(const IValue& a, const IValue& b) {
    if (magic_method(a, "__eq__")) return is_true(eager_.binary(TokenKind::Equal, a, b));
    if (thing_of(a) || thing_of(b)) return a.is_same(b);
    if (a.is_same(b) && (a.is_list() || a.is_tuple() || a.is_dict())) return true;
    const Nesting nesting(*this);
    step();
    const auto same = [&](const std::vector<IValue>& x, const std::vector<IValue>& y) {
        return std::ranges::equal(x, y, [&](const IValue& i, const IValue& j) { return equal(i, j); });
    };
    if (a.is_list() && b.is_list()) return same(a.to_list().items, b.to_list().items);
    if (a.is_tuple() && b.is_tuple()) return same(a.to_tuple().elements, b.to_tuple().elements);
    if (a.is_dict() && b.is_dict()) {
        const DictObject& other = b.to_dict();
        return a.to_dict().size() == other.size() && std::ranges::all_of(a.to_dict().items(), [&](const auto& item) {
                   const IValue* found = other.find(item.first);
                   return found && equal(item.second, *found);
               });
    }
    return a.equals(b);
}

bool Session::less(const IValue& a, const IValue& b) {
    const auto* x = a.is_list() ? &a.to_list().items : a.is_tuple() ? &a.to_tuple().elements : nullptr;
    const auto* y = b.is_list() ? &b.to_list().items : b.is_tuple() ? &b.to_tuple().elements : nullptr;
    if (x && y) {
        const Nesting nesting(*this);
        step();
        for (size_t i = 0; i < x->size() && i < y->size(); ++i) {
            if (!equal((*x)[i], (*y)[i])) return less((*x)[i], (*y)[i]);
        }
        return x->size() < y->size();
    }
    return is_true(eager_.binary(TokenKind::Less, a, b));
}

std::vector<IValue> Session::elements(const IValue& value) {
    if (value.is_list()) return value.to_list().items;
    if (value.is_tuple()) return value.to_tuple().elements;
    std::vector<IValue> out;
    if (value.is_dict()) {
        for (auto& [key, item] : value.to_dict().items()) out.push_back(key);
        return out;
    }
    if (value.is_string()) {
        // Characters, not bytes.
        const std::string& text = value.to_string();
        for (size_t i = 0; i < text.size();) {
            size_t end = i + 1;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
            out.emplace_back(text.substr(i, end - i));
            i = end;
        }
        return out;
    }
    if (value.is_tensor()) return eager_.call("self.unbind", &value, {}, {}).to_list().items;
    if (Thing* thing = thing_of(value); thing && thing->elements(*this, out)) return out;
    raise("TypeError", fmt::format("'{}' object is not iterable", type_name(value)));
}

int64_t Session::length(const IValue& value) {
    if (value.is_list()) return static_cast<int64_t>(value.to_list().items.size());
    if (value.is_dict()) return static_cast<int64_t>(value.to_dict().size());
    if (Function* method = magic_method(value, "__len__")) return run_compiled(*method, {value}).to_int();
    if (value.is_tensor()) return eager_.call("len", nullptr, {value}, {}).to_int();
    if (const auto* range = thing_as<RangeThing>(value)) return range->length();
    IValue method;
    if (thing_of(value) && find_attribute(value, "__len__", method)) return call(method, {}).to_int();
    std::vector<IValue> out;
    if (!value.is_string() && !value.is_tuple() && !(thing_of(value) && thing_of(value)->elements(*this, out)))
        raise("TypeError", fmt::format("object of type '{}' has no len()", type_name(value)));
    return static_cast<int64_t>(elements(value).size());
}

bool Session::contains(const IValue& container, const IValue& value) {
    if (container.is_dict()) return container.to_dict().find(value) != nullptr;
    if (container.is_string()) {
        if (!value.is_string())
            raise("TypeError", fmt::format("'in <string>' requires string as left operand, not {}", type_name(value)));
        return container.to_string().find(value.to_string()) != std::string::npos;
    }
    if (container.is_object() || container.is_tensor()) return is_true(eager_.binary(TokenKind::In, value, container));
    IValue method;
    if (thing_of(container) && find_attribute(container, "__contains__", method))
        return is_true(call(method, {{value}, {}}));
    return std::ranges::any_of(elements(container),
                               [&](const IValue& element) { return element.is_same(value) || equal(element, value); });
}

std::string Session::str(const IValue& value) {
    if (value.is_string()) return value.to_string();
    if (Function* method = magic_method(value, "__str__")) return run_compiled(*method, {value}).to_string();
    if (const auto* exception = thing_as<ExceptionThing>(value)) return exception->message(*this);
    if (value.is_enum()) return fmt::format("{}.{}", type_name(value), value.to_enum().name());
    return repr(value);
}

std::string Session::repr(const IValue& value) {
    if (Thing* thing = thing_of(value)) return thing->repr(*this);
    if (value.is_object()) {
        if (const auto fields = shown_fields.find(value.to_object().type.get()); fields != shown_fields.end()) {
            const std::string name = value.to_object().type->name();
            std::string text;
            for (const std::string& field : fields->second)
                text += fmt::format("{}{}={}", text.empty() ? "" : ", ", field, repr(attribute(value, field)));
            return fmt::format("{}({})", name.substr(name.rfind('.') + 1), text);
        }
    }
    if (Function* method = magic_method(value, "__repr__")) return run_compiled(*method, {value}).to_string();
    if (value.is_object()) return fmt::format("<{} object>", value.to_object().type->name());
    if (value.is_list() || value.is_dict() || (value.is_tuple() && !value.to_tuple().named_type))
        return repr_of_container(value);
    if (is_parameter(value)) return "Parameter containing:\n" + python_repr(value);
    return python_repr(value);
}

std::string Session::repr_of_container(const IValue& value) {
    const Nesting nesting(*this);
    step();
    // What contains itself is not written again inside.
    const bool is_inside = std::ranges::find(printing_, value.pointer()) != printing_.end();
    // Taken back also when an exception leaves, which the program may catch.
    const struct Printing {
        std::vector<const RefCounted*>& list;
        ~Printing() { list.pop_back(); }
    } printing{printing_};
    printing_.push_back(value.pointer());
    std::string text;
    const auto add = [&](const std::string& item) {
        text += (text.empty() ? "" : ", ") + item;
        check_memory(static_cast<int64_t>(text.size()));
    };
    if (is_inside) {
        text = "...";
    } else if (value.is_dict()) {
        for (auto& [key, item] : value.to_dict().items()) add(repr(key) + ": " + repr(item));
    } else {
        for (const IValue& item : value.is_list() ? value.to_list().items : value.to_tuple().elements) add(repr(item));
    }
    if (value.is_dict()) return "{" + text + "}";
    if (value.is_tuple()) return "(" + text + (value.to_tuple().elements.size() == 1 && !is_inside ? ",)" : ")");
    const bool is_size = dynamic_cast<const SizeObject*>(&value.to_list()) != nullptr;
    return is_size ? "torch.Size([" + text + "])" : "[" + text + "]";
}

std::string Session::type_name(const IValue& value) {
    if (const auto* module = thing_as<ModuleObject>(value)) return module->type->name();
    if (const Thing* thing = thing_of(value)) return thing->kind();
    switch (value.tag()) {
        case IValue::Tag::None:
            return "NoneType";
        case IValue::Tag::Bool:
            return "bool";
        case IValue::Tag::Int:
            return "int";
        case IValue::Tag::Double:
            return "float";
        case IValue::Tag::String:
            return "str";
        case IValue::Tag::List:
            return "list";
        case IValue::Tag::Dict:
            return "dict";
        case IValue::Tag::Tuple:
            if (!value.to_tuple().named_type) return "tuple";
            break;
        default:
            break;
    }
    const std::string name = value.type()->annotation_str();
    return name.substr(name.rfind('.') + 1);
}

// In compiled code ----------------------------------------------------------------------------------------------------

SugaredPtr Session::compile_time(const IValue& value, Graph& graph, const SourceRange& range) {
    if (Thing* thing = thing_of(value)) {
        SugaredPtr known = thing->compile_time(*this, graph, range);
        if (!known)
            throw CompileError(range,
                               fmt::format("python value of type '{}' cannot be used as a value", thing->kind()));
        known->origin = value;
        return known;
    }
    if (value.is_function()) return std::make_shared<FunctionValue>(std::vector<Function*>{&value.to_function()});
    const bool shared = value.is_list() || value.is_dict() || value.is_object() || !is_constant_form(value);
    if (shared || holds_thing(value)) return std::make_shared<PythonValue>(type_name(value));
    return sugar(graph.insert_constant(value, {}, range));
}

TypePtr Session::script_type(const IValue& value, const SourceRange& range) {
    Thing* thing = thing_of(value);
    return thing ? thing->script_type(*this, range) : value.is_none() ? none_type() : TypePtr();
}

}  // namespace wick::jit
