// What the evaluator provides of modules of Python's own library.

#include <cstdio>
#include <fmt/format.h>

#include "program/builtins.h"
#include "program/class_members.h"
#include "program/classes.h"
#include "program/modules.h"
#include "program/provided_names.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// collections.namedtuple: all fields are Tensors.
IValue named_tuple(Session& session, Arguments& arguments) {
    const std::string& name = arguments.at(0).to_string();
    std::vector<std::string> fields;
    if (arguments.at(1).is_string()) {
        std::string field;
        for (const char c : arguments.positional[1].to_string() + " ") {
            if (c != ' ' && c != ',') {
                field += c;
            } else if (!field.empty()) {
                fields.push_back(std::exchange(field, ""));
            }
        }
    } else {
        for (const IValue& field : session.elements(arguments.positional[1])) fields.push_back(field.to_string());
    }
    std::string text = fmt::format("from typing import NamedTuple\nclass {}(NamedTuple):\n", name);
    for (const std::string& field : fields) text += fmt::format("    {}: Tensor\n", field);
    return *session.define(text, session.globals()->qualifier())->find(name);
}

/// dataclasses.field(…) and enum.auto(): what the class makes of them is settled when it is complete.
IValue field(Session&, Arguments& arguments) { return make_intrusive<FieldThing>(std::move(arguments))->value(); }
IValue automatic(Session&, Arguments&) { return make_intrusive<AutoThing>()->value(); }

IValue dataclass(Session& session, Arguments& arguments) {
    if (arguments.positional.empty()) {
        const IValue* order = arguments.keyword("order");
        return order && session.is_true(*order)
                   ? make_intrusive<BuiltinThing>("dataclass",
                                                  [](Session& s, Arguments& a) {
                                                      thing_as<ClassThing>(a.at(0))->make_dataclass(s, true);
                                                      return a.positional[0];
                                                  })
                         ->value()
                   : make_intrusive<BuiltinThing>("dataclass", dataclass)->value();
    }
    if (auto* type = thing_as<ClassThing>(arguments.positional[0])) type->make_dataclass(session, false);
    return arguments.positional[0];
}

IValue warn(Session& session, Arguments& arguments) {
    const std::string text = "UserWarning: " + session.str(arguments.at(0)) + "\n";
    if (session.options().output.warn) {
        session.options().output.warn(text);
    } else {
        std::fputs(text.c_str(), stderr);
    }
    return {};
}

IValue reduce(Session& session, Arguments& arguments) {
    std::vector<IValue> values = session.elements(arguments.at(1));
    if (arguments.positional.size() > 2) values.insert(values.begin(), arguments.positional[2]);
    if (values.empty()) raise("TypeError", "reduce() of empty iterable with no initial value");
    IValue result = values[0];
    for (size_t i = 1; i < values.size(); ++i)
        result = session.call(arguments.positional[0], {{result, values[i]}, {}});
    return result;
}

struct Partial {
    IValue function;
    Arguments given;
};
IValue partial(Session&, Arguments& arguments) {
    Partial data{arguments.at(0), {{arguments.positional.begin() + 1, arguments.positional.end()}, arguments.keywords}};
    return make_closure<Partial>(std::move(data), [](Session& session, Partial& partial, Arguments& more) {
        Arguments all = partial.given;
        all.positional.insert(all.positional.end(), more.positional.begin(), more.positional.end());
        all.keywords.insert(all.keywords.end(), more.keywords.begin(), more.keywords.end());
        return session.call(partial.function, std::move(all));
    });
}

IValue ordered_dict(Session& session, Arguments& arguments) {
    IValue dict;
    find_builtin("dict", dict);
    return session.call(dict, arguments);
}

constexpr ProvidedName kNames[] = {
    {"collections", "namedtuple", named_tuple},
    {"dataclasses", "dataclass", dataclass},
    {"dataclasses", "field", field},
    {"enum", "auto", automatic},
    {"warnings", "warn", warn, operator_named<"aten::warn">},
    {"functools", "reduce", reduce},
    {"functools", "partial", partial},
    {"functools", "wraps",
     [](Session&, Arguments&) { return make_intrusive<BuiltinThing>("decorator", first_argument)->value(); }},
    {"collections", "OrderedDict", ordered_dict, operator_named<"aten::dict">},
    {"abc", "abstractmethod", first_argument},
    {"copy", "copy",
     [](Session& session, Arguments& arguments) {
         IValue method;
         if (session.find_attribute(arguments.at(0), "copy", method)) return session.call(method, {});
         return arguments.positional[0];
     }},
    {"copy", "deepcopy", deep_copy},
    {"typing", "cast", second_argument},
    {"typing", "Text", nullptr, nullptr, TypeKind::String},
    {"typing", "overload", first_argument},
    {"typing", "final", first_argument},
    {"typing", "runtime_checkable", first_argument},
    {"typing", "TYPE_CHECKING", nullptr},
};

}  // namespace

std::span<const ProvidedName> python_names() { return kNames; }

}  // namespace wick::jit
