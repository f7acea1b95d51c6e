// Classes are called: their instances.

#include <fmt/format.h>

#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/exceptions.h"
#include "program/modules.h"
#include "program/session.h"

namespace wick::jit {

/// typing.NamedTuple("P", [("x", int), …]).
static IValue typed_named_tuple(Session& session, const Arguments& arguments) {
    const std::string& name = arguments.positional.at(0).to_string();
    std::string text = fmt::format("from typing import NamedTuple\nclass {}(NamedTuple):\n", name);
    for (const IValue& field : session.elements(arguments.positional.at(1))) {
        const std::vector<IValue> pair = session.elements(field);
        const TypePtr type = session.script_type(pair.at(1), {});
        if (!type) raise("TypeError", "NamedTuple() takes pairs of a name and a type");
        text += fmt::format("    {}: {}\n", pair.at(0).to_string(), type->annotation_str());
    }
    return *session.define(text, session.globals()->qualifier())->find(name);
}

IValue ClassThing::call(Session& session, Arguments arguments) {
    switch (family_) {
        case Family::exception:
            return make_intrusive<ExceptionThing>(IntrusivePtr<ClassThing>(this), std::move(arguments.positional))
                ->value();
        case Family::module:
            return construct_module(session, *this, std::move(arguments));
        case Family::enumeration:
            for (size_t i = 0; type_ && !arguments.positional.empty() && i < type_->expect<EnumType>().members().size();
                 ++i) {
                if (session.equal(type_->expect<EnumType>().members()[i].second, arguments.positional[0]))
                    return IValue(make_intrusive<EnumObject>(type_, i));
            }
            raise("ValueError",
                  fmt::format("{} is not a valid {}",
                              arguments.positional.empty() ? "" : session.repr(arguments.positional[0]), name_));
        case Family::named_tuple: {
            if (!def_) return typed_named_tuple(session, arguments);
            const auto& type = script_type(session, def_ ? def_->name_range : SourceRange())->expect<TupleType>();
            Schema schema;
            schema.name = name_;
            const size_t fields = type.field_names().size();
            for (size_t i = 0; i < fields; ++i) {
                Argument argument;
                argument.name = type.field_names()[i];
                argument.type = any_type();
                if (const size_t first = fields - type.field_defaults().size(); i >= first)
                    argument.default_value = type.field_defaults()[i - first];
                schema.arguments.push_back(std::move(argument));
            }
            std::vector<IValue> values = arguments.positional;
            for (size_t i = values.size(); i < fields; ++i) {
                const IValue* named = arguments.keyword(schema.arguments[i].name);
                if (!named && schema.arguments[i].default_value) named = &*schema.arguments[i].default_value;
                if (!named)
                    raise("TypeError",
                          fmt::format("{}() missing a required argument: '{}'", name_, schema.arguments[i].name));
                values.push_back(*named);
            }
            if (values.size() != fields)
                raise("TypeError",
                      fmt::format("{}() takes {} arguments but {} were given", name_, fields, values.size()));
            for (IValue& value : values) settle_types(value);
            return IValue(make_tuple(std::move(values), type_));
        }
        case Family::interface:
            raise("TypeError", fmt::format("Can't instantiate the interface {}", name_));
        case Family::plain:
            break;
    }
    if (!def_) raise("TypeError", fmt::format("cannot create '{}' instances", name_));
    // `@torch.no_grad` without parentheses.
    if (arguments.positional.size() == 1 && thing_as<FunctionThing>(arguments.positional[0]) && find("__enter__") &&
        qualified_name_.starts_with("__torch__.torch."))
        return session.call(call(session, {}), std::move(arguments));
    auto object = new_object(session);
    if (Function* init = object->type->find_method("__init__")) {
        arguments.positional.insert(arguments.positional.begin(), IValue(object));
        call_compiled(session, *init, std::move(arguments));
    } else if (!arguments.positional.empty() || !arguments.keywords.empty()) {
        raise("TypeError", fmt::format("{}() takes no arguments", name_));
    }
    return IValue(std::move(object));
}

IntrusivePtr<ScriptObject> ClassThing::new_object(Session& session) {
    const TypePtr type = script_type(session, def_->name_range);
    return make_intrusive<ScriptObject>(ClassTypePtr(const_cast<ClassType*>(&type->expect<ClassType>())));
}

IValue ClassThing::object_with(Session& session, const DictObject& attributes) {
    auto object = new_object(session);
    for (size_t slot = 0; slot < object->type->attributes().size(); ++slot) {
        const ClassType::Attribute& attribute = object->type->attributes()[slot];
        const IValue* value = attributes.find(IValue(attribute.name));
        if (!value) raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", name_, attribute.name));
        settle_types(*value);
        if (!value->type()->is_subtype_of(*attribute.type))
            raise("TypeError", fmt::format("Could not cast attribute '{}' to type {}: it is of type {}", attribute.name,
                                           attribute.type->str(), value->type()->str()));
        object->set_slot(static_cast<int64_t>(slot), *value);
    }
    return IValue(std::move(object));
}

}  // namespace wick::jit
