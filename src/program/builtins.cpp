#include "program/builtins.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <unordered_map>

#include "ops/script_output.h"
#include "program/annotations.h"
#include "program/builtin_thing.h"
#include "program/class_members.h"
#include "program/containers.h"
#include "program/functions.h"
#include "program/instances.h"
#include "program/session.h"

namespace wick::jit {

namespace {

const IValue& only(const Arguments& arguments, const char* name) {
    if (arguments.positional.size() != 1 || !arguments.keywords.empty())
        raise("TypeError", fmt::format("{}() takes exactly one argument ({} given)", name,
                                       arguments.positional.size() + arguments.keywords.size()));
    return arguments.positional[0];
}

class EllipsisThing : public Thing {
    std::string kind() const override { return "ellipsis"; }
    std::string repr(Session&) override { return "Ellipsis"; }
};

class NotImplementedThing : public Thing {
    std::string kind() const override { return "NotImplementedType"; }
    std::string repr(Session&) override { return "NotImplemented"; }
};

IValue print(Session& session, Arguments& arguments) {
    const IValue* separator = arguments.keyword("sep");
    const IValue* end = arguments.keyword("end");
    std::string line;
    for (size_t i = 0; i < arguments.positional.size(); ++i) {
        if (i) line += separator ? separator->to_string() : " ";
        line += session.str(arguments.positional[i]);
    }
    line += end ? end->to_string() : "\n";
    ScriptOutputGuard guard(&session.options().output);
    script_print(line);
    return {};
}

IValue range(Session&, Arguments& arguments) {
    int64_t bounds[3] = {0, 0, 1};
    const auto& given = arguments.positional;
    if (given.empty() || given.size() > 3) raise("TypeError", "range expected 1 to 3 arguments");
    for (size_t i = 0; i < given.size(); ++i) {
        if (!given[i].is_int() && !given[i].is_bool()) raise("TypeError", "range: an integer is required");
        bounds[given.size() == 1 ? 1 : i] = given[i].to_scalar().to_int();
    }
    if (bounds[2] == 0) raise("ValueError", "range() arg 3 must not be zero");
    return make_intrusive<RangeThing>(bounds[0], bounds[1], bounds[2])->value();
}

/// What Python's int(), float(), … make of strings and what there is no operator for.
IValue cast(Session& session, Arguments& arguments, const char* name) {
    try {
        return session.eager().call(name, nullptr, arguments.positional, arguments.keywords);
    } catch (const ScriptError& error) {
        if (arguments.positional.empty() || !arguments.positional[0].is_string()) throw;
        raise("ValueError", error.message());
    }
}

IValue to_int(Session& session, Arguments& arguments) {
    if (arguments.positional.size() == 1 && arguments.positional[0].is_int()) return arguments.positional[0];
    if (arguments.positional.size() == 2) {
        try {
            return IValue(static_cast<int64_t>(std::stoll(arguments.positional[0].to_string(), nullptr,
                                                          static_cast<int>(arguments.positional[1].to_int()))));
        } catch (const std::logic_error&) {
            raise("ValueError", fmt::format("invalid literal for int() with base {}: {}",
                                            arguments.positional[1].to_int(), session.repr(arguments.positional[0])));
        }
    }
    return cast(session, arguments, "int");
}
IValue to_float(Session& session, Arguments& arguments) { return cast(session, arguments, "float"); }
IValue to_complex(Session& session, Arguments& arguments) { return cast(session, arguments, "complex"); }
IValue to_bool(Session& session, Arguments& arguments) {
    return IValue(!arguments.positional.empty() && session.is_true(only(arguments, "bool")));
}
IValue to_str(Session& session, Arguments& arguments) {
    return IValue(arguments.positional.empty() ? std::string() : session.str(only(arguments, "str")));
}
IValue to_repr(Session& session, Arguments& arguments) { return IValue(session.repr(only(arguments, "repr"))); }

IValue to_list(Session& session, Arguments& arguments) {
    return IValue(make_list(
        any_type(), arguments.positional.empty() ? std::vector<IValue>() : session.elements(only(arguments, "list"))));
}
IValue to_tuple(Session& session, Arguments& arguments) {
    return IValue(
        make_tuple(arguments.positional.empty() ? std::vector<IValue>() : session.elements(only(arguments, "tuple"))));
}

IValue to_dict(Session& session, Arguments& arguments) {
    auto dict = make_dict(any_type(), any_type());
    if (!arguments.positional.empty()) {
        if (arguments.positional[0].is_dict()) {
            for (auto& [key, value] : arguments.positional[0].to_dict().items()) dict->set(key, value);
        } else {
            for (const IValue& item : session.elements(arguments.positional[0])) {
                const std::vector<IValue> pair = session.elements(item);
                if (pair.size() != 2) raise("ValueError", "dictionary update sequence elements must have length 2");
                dict->set(pair[0], pair[1]);
            }
        }
    }
    for (auto& [key, value] : arguments.keywords) dict->set(IValue(key), value);
    return IValue(std::move(dict));
}

IValue length(Session& session, Arguments& arguments) { return IValue(session.length(only(arguments, "len"))); }

IValue enumerate(Session& session, Arguments& arguments) {
    const IValue* start = arguments.find(1, "start");
    int64_t number = start ? start->to_int() : 0;
    std::vector<IValue> pairs;
    for (IValue& element : session.elements(arguments.at(0)))
        pairs.emplace_back(make_tuple({IValue(number++), std::move(element)}));
    return IValue(make_list(any_type(), std::move(pairs)));
}

IValue zip(Session& session, Arguments& arguments) {
    std::vector<std::vector<IValue>> columns;
    size_t rows = arguments.positional.empty() ? 0 : SIZE_MAX;
    for (const IValue& value : arguments.positional) {
        columns.push_back(session.elements(value));
        rows = std::min(rows, columns.back().size());
    }
    std::vector<IValue> tuples;
    for (size_t row = 0; row < rows; ++row) {
        std::vector<IValue> members;
        for (const auto& column : columns) members.push_back(column[row]);
        tuples.emplace_back(make_tuple(std::move(members)));
    }
    return IValue(make_list(any_type(), std::move(tuples)));
}

IValue map(Session& session, Arguments& arguments) {
    const IValue& function = arguments.at(0);
    Arguments rest{{arguments.positional.begin() + 1, arguments.positional.end()}, {}};
    std::vector<IValue> results;
    for (const IValue& row : session.elements(zip(session, rest)))
        results.push_back(session.call(function, {row.to_tuple().elements, {}}));
    return IValue(make_list(any_type(), std::move(results)));
}

IValue filter(Session& session, Arguments& arguments) {
    std::vector<IValue> kept;
    for (const IValue& value : session.elements(arguments.at(1))) {
        const IValue& test = arguments.positional[0];
        if (session.is_true(test.is_none() ? value : session.call(test, {{value}, {}}))) kept.push_back(value);
    }
    return IValue(make_list(any_type(), std::move(kept)));
}

IValue any(Session& session, Arguments& arguments) {
    for (const IValue& value : session.elements(only(arguments, "any"))) {
        if (session.is_true(value)) return IValue(true);
    }
    return IValue(false);
}
IValue all(Session& session, Arguments& arguments) {
    for (const IValue& value : session.elements(only(arguments, "all"))) {
        if (!session.is_true(value)) return IValue(false);
    }
    return IValue(true);
}

IValue sum(Session& session, Arguments& arguments) {
    const IValue* start = arguments.find(1, "start");
    IValue total = start ? *start : IValue(0);
    for (const IValue& value : session.elements(arguments.at(0)))
        total = session.eager().binary(TokenKind::Plus, total, value);
    return total;
}

IValue extreme(Session& session, Arguments& arguments, bool largest) {
    std::vector<IValue> values =
        arguments.positional.size() == 1 ? session.elements(arguments.positional[0]) : arguments.positional;
    if (values.empty()) {
        if (const IValue* otherwise = arguments.keyword("default")) return *otherwise;
        raise("ValueError", fmt::format("{}() arg is an empty sequence", largest ? "max" : "min"));
    }
    const IValue* key = arguments.keyword("key");
    const auto rank = [&](const IValue& value) { return key ? session.call(*key, {{value}, {}}) : value; };
    size_t best = 0;
    for (size_t i = 1; i < values.size(); ++i) {
        const IValue a = rank(values[largest ? best : i]);
        if (session.less(a, rank(values[largest ? i : best]))) best = i;
    }
    return values[best];
}
IValue min(Session& session, Arguments& arguments) { return extreme(session, arguments, false); }
IValue max(Session& session, Arguments& arguments) { return extreme(session, arguments, true); }

IValue sorted(Session& session, Arguments& arguments) {
    std::vector<IValue> items = session.elements(arguments.at(0));
    const IValue* key = arguments.keyword("key");
    const IValue* reverse = arguments.keyword("reverse");
    sort_items(session, items, key ? *key : IValue(), reverse && session.is_true(*reverse));
    return IValue(make_list(any_type(), std::move(items)));
}
IValue reversed(Session& session, Arguments& arguments) {
    std::vector<IValue> items = session.elements(only(arguments, "reversed"));
    std::ranges::reverse(items);
    return IValue(make_list(any_type(), std::move(items)));
}

IValue isinstance(Session& session, Arguments& arguments) {
    if (const size_t count = arguments.positional.size(); count != 2)
        raise("TypeError", fmt::format("isinstance expected 2 arguments, got {}", count));
    return IValue(is_instance(session, arguments.at(0), arguments.at(1)));
}
IValue issubclass(Session&, Arguments& arguments) {
    auto* derived = thing_as<ClassThing>(arguments.at(0));
    auto* base = thing_as<ClassThing>(arguments.at(1));
    return IValue(derived && base && derived->derives_from(*base));
}
IValue hasattr(Session& session, Arguments& arguments) {
    IValue found;
    return IValue(session.find_attribute(arguments.at(0), arguments.at(1).to_string(), found));
}
IValue getattr(Session& session, Arguments& arguments) {
    IValue found;
    const std::string& name = arguments.at(1).to_string();
    if (session.find_attribute(arguments.positional[0], name, found)) return found;
    if (arguments.positional.size() > 2) return arguments.positional[2];
    return session.attribute(arguments.positional[0], name);
}
IValue setattr(Session& session, Arguments& arguments) {
    session.set_attribute(arguments.at(0), arguments.at(1).to_string(), arguments.at(2));
    return {};
}
IValue callable(Session&, Arguments& arguments) {
    const Thing* thing = thing_of(arguments.at(0));
    return IValue(thing && thing->kind() != "range");
}
IValue type_of(Session& session, Arguments& arguments) {
    const IValue& value = only(arguments, "type");
    if (ClassThing* type = class_of(session, value)) return type->value();
    IValue builtin;
    if (find_builtin(session.type_name(value), builtin)) return builtin;
    return make_intrusive<TypeThing>(value.type())->value();
}

/// Builtins whose meaning on plain values the operators have.
template <FixedText name>
IValue operation(Session& session, Arguments& arguments) {
    return session.eager().call(name.text, nullptr, arguments.positional, arguments.keywords);
}

/// round(x) is whole, and round(x, digits) has the nearest decimals, ties going to the even neighbour. What is no
/// number of Python's is rounded by its operator.
IValue round(Session& session, Arguments& arguments) {
    const IValue* x = arguments.find(0, "number");
    const IValue* digits = arguments.find(1, "ndigits");
    if (digits && digits->is_none()) digits = nullptr;
    if (!x || (digits && !digits->is_int()) || (!x->is_int() && !x->is_double()))
        return operation<"round">(session, arguments);
    if (x->is_int() && (!digits || digits->to_int() >= 0)) return *x;
    const double value = x->to_scalar().to_double();
    if (!digits) {
        if (std::isnan(value)) raise("ValueError", "cannot convert float NaN to integer");
        if (std::isinf(value)) raise("OverflowError", "cannot convert float infinity to integer");
        return IValue(Scalar(std::nearbyint(value)).to_int());
    }
    // Doubles have no digits beyond these, on either side.
    const auto places = std::clamp<int64_t>(digits->to_int(), -330, 330);
    if (places >= 0) return IValue(std::strtod(fmt::format("{:.{}f}", value, places).c_str(), nullptr));
    const double unit = std::pow(10.0, static_cast<double>(-places));
    const double rounded = std::nearbyint(value / unit) * unit;
    const double result = std::isinf(unit) ? std::copysign(0.0, value) : rounded;
    return x->is_int() ? IValue(Scalar(result).to_int()) : IValue(result);
}

IValue property(Session& session, Arguments& arguments) {
    return make_intrusive<PropertyThing>(accessor(session, only(arguments, "property")))->value();
}
IValue static_method(Session&, Arguments& arguments) {
    if (auto* function = thing_as<FunctionThing>(only(arguments, "staticmethod"))) function->is_static = true;
    return arguments.positional[0];
}
IValue class_method(Session&, Arguments& arguments) {
    if (auto* function = thing_as<FunctionThing>(only(arguments, "classmethod"))) function->is_class_method = true;
    return arguments.positional[0];
}

struct Entry {
    std::string_view name;
    BuiltinThing::Call call;
    TypeKind type = TypeKind::Any;  // of those that are types too
};

constexpr Entry kEntries[] = {
    {"print", print},
    {"range", range},
    {"len", length},
    {"enumerate", enumerate},
    {"zip", zip},
    {"map", map},
    {"filter", filter},
    {"any", any},
    {"all", all},
    {"sum", sum},
    {"min", min},
    {"max", max},
    {"sorted", sorted},
    {"reversed", reversed},
    {"isinstance", isinstance},
    {"issubclass", issubclass},
    {"hasattr", hasattr},
    {"getattr", getattr},
    {"setattr", setattr},
    {"callable", callable},
    {"type", type_of},
    {"repr", to_repr},
    {"property", property},
    {"staticmethod", static_method},
    {"classmethod", class_method},
    {"abs", operation<"abs">},
    {"round", round},
    {"divmod", operation<"divmod">},
    {"pow", operation<"pow">},
    {"ord", operation<"ord">},
    {"chr", operation<"chr">},
    {"hex", operation<"hex">},
    {"oct", operation<"oct">},
    {"bin", operation<"bin">},
    {"hash", operation<"hash">},
    {"int", to_int, TypeKind::Int},
    {"float", to_float, TypeKind::Float},
    {"bool", to_bool, TypeKind::Bool},
    {"complex", to_complex, TypeKind::Complex},
    {"str", to_str, TypeKind::String},
    {"list", to_list, TypeKind::AnyList},
    {"tuple", to_tuple, TypeKind::AnyTuple},
    {"dict", to_dict, TypeKind::Dict},
};

/// Each behind the one that it derives from.
constexpr std::pair<std::string_view, std::string_view> kExceptions[] = {
    {"BaseException", ""},
    {"Exception", "BaseException"},
    {"ArithmeticError", "Exception"},
    {"FloatingPointError", "ArithmeticError"},
    {"OverflowError", "ArithmeticError"},
    {"ZeroDivisionError", "ArithmeticError"},
    {"AssertionError", "Exception"},
    {"AttributeError", "Exception"},
    {"EOFError", "Exception"},
    {"ImportError", "Exception"},
    {"ModuleNotFoundError", "ImportError"},
    {"LookupError", "Exception"},
    {"IndexError", "LookupError"},
    {"KeyError", "LookupError"},
    {"MemoryError", "Exception"},
    {"NameError", "Exception"},
    {"OSError", "Exception"},
    {"FileNotFoundError", "OSError"},
    {"RuntimeError", "Exception"},
    {"NotImplementedError", "RuntimeError"},
    {"RecursionError", "RuntimeError"},
    {"StopIteration", "Exception"},
    {"SystemError", "Exception"},
    {"TypeError", "Exception"},
    {"ValueError", "Exception"},
    {"UnicodeError", "ValueError"},
    {"Warning", "Exception"},
    {"DeprecationWarning", "Warning"},
    {"FutureWarning", "Warning"},
    {"RuntimeWarning", "Warning"},
    {"UserWarning", "Warning"},
};

const std::unordered_map<std::string_view, IValue>& table() {
    static const std::unordered_map<std::string_view, IValue> names = [] {
        std::unordered_map<std::string_view, IValue> out;
        for (const Entry& entry : kEntries) {
            TypePtr type;
            if (entry.type == TypeKind::Dict) {
                type = dict_type(any_type(), any_type());
            } else if (entry.type != TypeKind::Any) {
                type = simple_type(entry.type);
            }
            out[entry.name] = make_intrusive<BuiltinThing>(std::string(entry.name), entry.call, nullptr, type)->value();
        }
        for (const auto& [name, base] : kExceptions) {
            const IntrusivePtr<ClassThing> parent(base.empty() ? nullptr : thing_as<ClassThing>(out.at(base)));
            out[name] = make_intrusive<ClassThing>(std::string(name), ClassThing::Family::exception, parent)->value();
        }
        out["object"] = make_intrusive<ClassThing>("object", ClassThing::Family::plain)->value();
        out["Ellipsis"] = ellipsis();
        out["NotImplemented"] = make_intrusive<NotImplementedThing>()->value();
        return out;
    }();
    return names;
}

}  // namespace

IValue ellipsis() {
    static const IValue value = make_intrusive<EllipsisThing>()->value();
    return value;
}

bool find_builtin(const std::string& name, IValue& out) {
    const auto found = table().find(name);
    if (found == table().end()) return false;
    out = found->second;
    return true;
}

std::vector<std::string> builtin_names() {
    std::vector<std::string> names;
    for (const auto& [name, value] : table()) names.emplace_back(name);
    return names;
}

}  // namespace wick::jit
