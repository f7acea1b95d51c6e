#include "program/instances.h"

#include <algorithm>
#include <fmt/format.h>

#include "program/annotations.h"
#include "program/builtin_thing.h"
#include "program/exceptions.h"
#include "program/modules.h"
#include "program/session.h"

namespace wick::jit {

ClassThing* class_of(Session&, const IValue& value) {
    if (const auto* module = thing_as<ModuleObject>(value)) return module->type.get();
    if (const auto* exception = thing_as<ExceptionThing>(value)) return exception->type.get();
    return nullptr;
}

bool is_instance(Session& session, const IValue& value, const IValue& type) {
    if (type.is_tuple())
        return std::ranges::any_of(type.to_tuple().elements,
                                   [&](const IValue& t) { return is_instance(session, value, t); });
    if (auto* either = thing_as<EitherThing>(type))
        return is_instance(session, value, either->a) || is_instance(session, value, either->b);
    if (type.is_none()) return value.is_none();
    if (const auto* constructor = thing_as<TypeConstructorThing>(type)) {
        if (constructor->name == "List") return value.is_list();
        if (constructor->name == "Tuple") return value.is_tuple();
        if (constructor->name == "Dict") return value.is_dict();
    }
    const auto* builtin = thing_as<BuiltinThing>(type);
    if (builtin && builtin->name == "collections.OrderedDict") return value.is_dict();
    if (auto* wanted = thing_as<ClassThing>(type)) {
        if (wanted->qualified_name() == "torch.nn.Parameter") return session.is_parameter(value);
        ClassThing* actual = class_of(session, value);
        return actual && actual->derives_from(*wanted);
    }
    const TypePtr wanted = session.script_type(type, {});
    if (!wanted) raise("TypeError", "isinstance() arg 2 must be a type or a tuple of types");
    switch (wanted->kind()) {
        case TypeKind::Int:
            return value.is_int() || value.is_bool();
        case TypeKind::AnyList:
            return value.is_list();
        case TypeKind::AnyTuple:
            return value.is_tuple();
        case TypeKind::Dict:
            if (wanted->contained(0)->is(TypeKind::Any)) return value.is_dict();
            break;
        default:
            break;
    }
    return !thing_of(value) && value.type()->is_subtype_of(*wanted);
}

namespace {

class SuperThing : public Thing {
 public:
    SuperThing(IValue self, ClassThing* type, ClassThing* after) : self_(std::move(self)), type_(type), after_(after) {}
    std::string kind() const override { return "super"; }
    bool attribute(Session& session, const std::string& name, IValue& out) override {
        if (const IValue* found = type_->find(name, after_.get())) {
            auto* function = thing_as<FunctionThing>(*found);
            out = function && !function->is_static ? make_intrusive<BoundMethod>(self_, *found)->value() : *found;
            return true;
        }
        if (auto* module = thing_as<ModuleObject>(self_)) return module->base_attribute(session, name, out);
        return false;
    }

 private:
    const IValue self_;
    const IntrusivePtr<ClassThing> type_;
    const IntrusivePtr<ClassThing> after_;
};

}  // namespace

IValue make_super(Session& session, Scope& scope, const std::vector<IValue>& arguments) {
    ClassThing* after = nullptr;
    IValue self;
    if (arguments.empty()) {
        Scope* function = &scope;
        while (function && !function->find("__class__")) function = function->parent().get();
        if (function) after = thing_as<ClassThing>(*function->find("__class__"));
        if (!after || function->names().empty()) raise("RuntimeError", "super(): no arguments");
        self = *function->find(function->names()[0]);
    } else {
        after = thing_as<ClassThing>(arguments[0]);
        if (!after)
            raise("TypeError",
                  fmt::format("super() argument 1 must be a type, not {}", session.type_name(arguments[0])));
        if (arguments.size() != 2)
            raise("TypeError", fmt::format("super() expected 2 arguments, got {}", arguments.size()));
        self = arguments[1];
    }
    ClassThing* type = class_of(session, self);
    if (!type) type = thing_as<ClassThing>(self);
    if (!type) raise("RuntimeError", "super(): no arguments");
    return make_intrusive<SuperThing>(self, type, after)->value();
}

}  // namespace wick::jit
