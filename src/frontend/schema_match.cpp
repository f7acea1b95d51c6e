#include "frontend/schema_match.h"

#include <algorithm>
#include <fmt/format.h>

#include <wick/types/type_variables.h>

#include "frontend/emitter.h"
#include "frontend/upgraders.h"
#include "passes/erase_list_literals.h"
#include "types/inferred_tensor.h"
#include "types/observed_tensor.h"

namespace wick::jit {

Value* NamedValue::value(Graph& graph) const {
    if (value_) return value_;
    return graph.insert_constant(constant_,
                                 constant_.is_tensor() ? observed_tensor_type(constant_.tensor_ref()) : TypePtr());
}

TypePtr NamedValue::type() const { return value_ ? value_->type : constant_.type(); }

namespace {

const TypePtr& without_optional(const TypePtr& type) {
    return type->is(TypeKind::Optional) ? type->contained(0) : type;
}

/// Whether a tuple can stand for the list: every element must fit the list's element type.
bool tuple_fits_list(const TypePtr& type, const TypePtr& list) {
    if (!type->is(TypeKind::Tuple) || !list->is(TypeKind::List)) return false;
    return std::all_of(type->contained().begin(), type->contained().end(),
                       [&](const TypePtr& element) { return element->is_subtype_of(list->contained(0)); });
}

std::vector<Value*> unpack_tuple(Graph& graph, Value* tuple) {
    if (tuple->node->kind == sym::prim_TupleConstruct) return tuple->node->inputs;
    Node* node = graph.insert_node(sym::prim_TupleUnpack, {tuple}, 0);
    for (const TypePtr& element : tuple->type->contained()) node->add_output(element);
    return node->outputs;
}

Value* construct_list(Graph& graph, const TypePtr& element, std::vector<Value*> values) {
    return graph.insert_node(sym::prim_ListConstruct, std::move(values))->output()->set_type(list_type(element));
}

/// A single number given for `int[2]` or `float[2]`.
bool is_number_for_fixed_list(const Value* value, const Argument& argument) {
    const TypePtr& list = without_optional(argument.type);
    if (argument.fixed_length <= 0 || !list->is(TypeKind::List)) return false;
    const TypePtr& element = list->contained(0);
    return (element->is(TypeKind::Int) || element->is(TypeKind::Float)) && value->type->equals(*element);
}

/// Several positional arguments may stand for the schema's last positional argument when that is a plain list:
/// x.view(2, 3).
bool takes_rest_as_list(const Schema& schema, size_t index) {
    const Argument& argument = schema.arguments[index];
    const bool is_last = index + 1 == schema.arguments.size() || schema.arguments[index + 1].kwarg_only;
    return is_last && argument.type->is(TypeKind::List) && !argument.type->contained(0)->is(TypeKind::Var) &&
           argument.fixed_length == 0;
}

/// Overloads that no call means, as in PyTorch: a dtype is an int, so `x.view(8)` could mean either, and means a size
/// (`x.view(dtype=torch.int32)` is wick's own); the last two look like the maximum and minimum of two tensors.
bool is_never_meant(const Schema& schema, const NamedValues& kwargs) {
    return (schema.name == "aten::view" && schema.overload == "dtype" && kwargs.empty()) ||
           ((schema.name == "aten::max" || schema.name == "aten::min") && schema.overload == "unary_out");
}

/// The operator that turns a value of type `from` into a number of type `to` without being asked, or "".
std::string_view implicit_conversion(const Type& from, const Type& to) {
    if (from.is(TypeKind::Tensor)) {
        switch (to.kind()) {
            case TypeKind::Float:
                return "aten::FloatImplicit";
            case TypeKind::Complex:
                return "aten::ComplexImplicit";
            case TypeKind::Int:
                return "aten::IntImplicit";
            case TypeKind::Number:
                return "aten::ScalarImplicit";
            default:
                return "";
        }
    }
    if (from.is(TypeKind::Number)) {
        switch (to.kind()) {
            case TypeKind::Float:
                return "aten::Float";
            case TypeKind::Complex:
                return "aten::Complex";
            case TypeKind::Int:
                return "aten::Int";
            default:
                return "";
        }
    }
    if (from.is(TypeKind::Bool)) {
        if (to.is(TypeKind::Float)) return "aten::Float";
        if (to.is(TypeKind::Int) || to.is(TypeKind::Number)) return "aten::Int";
    }
    if (from.is(TypeKind::String) && to.is(TypeKind::Device)) return "aten::device";
    return "";
}

/// One attempt to match one schema.
class Match {
 public:
    Match(const Schema& schema, const SourceRange& range, Graph& graph, bool allow_conversions, std::string* why)
        : schema_(schema), range_(range), graph_(graph), allow_conversions_(allow_conversions), why_(why) {}

    std::optional<MatchedSchema> run(const NamedValues& args, const NamedValues& kwargs,
                                     const std::optional<NamedValue>& self) {
        bool used_self = false;
        size_t used = 0;
        std::vector<bool> used_kwargs(kwargs.size());
        MatchedSchema match;
        for (size_t i = 0; i < schema_.arguments.size(); ++i) {
            const Argument& argument = schema_.arguments[i];
            const NamedValue* actual = nullptr;
            std::optional<NamedValue> fallback;
            if (argument.name == "self" && self && !used_self) {
                actual = &*self;
                used_self = true;
            } else if (!argument.kwarg_only && used < args.size()) {
                if (allow_conversions_ && takes_rest_as_list(schema_, i)) {
                    const TypePtr given = args[used].type();
                    if (!given->is(TypeKind::List) && !tuple_fits_list(given, argument.type)) {
                        Value* list = rest_as_list(argument, args, used);
                        if (!list) return std::nullopt;
                        used = args.size();
                        match.inputs.push_back(list);
                        continue;
                    }
                }
                actual = &args[used++];
            } else if (const auto index = find_argument(kwargs, argument.name)) {
                used_kwargs[*index] = true;
                actual = &kwargs[*index];
            } else if (argument.default_value) {
                actual = &fallback.emplace(range_, argument.name, *argument.default_value);
            } else {
                return refuse([&] { return fmt::format("Argument {} not provided.", argument.name); });
            }
            Value* value = argument_value(argument, *actual);
            if (!value) return std::nullopt;
            match.inputs.push_back(value);
        }
        if (self && !used_self) return refuse([] { return "Provided self argument not used in schema."; });
        if (schema_.is_vararg) {
            for (; used < args.size(); ++used) match.inputs.push_back(args[used].value(graph_));
        }
        if (used < args.size())
            return refuse([&] {
                return fmt::format("Expected at most {} arguments but found {} positional arguments.", used,
                                   args.size());
            });
        for (size_t i = 0; i < kwargs.size(); ++i) {
            if (used_kwargs[i]) continue;
            return refuse([&] {
                const bool is_known = schema_.find_argument(kwargs[i].name) >= 0;
                return fmt::format("Keyword argument {} {}.", kwargs[i].name, is_known ? "specified twice" : "unknown");
            });
        }
        for (const Argument& result : schema_.returns) {
            TypePtr type = substitute_type_variables(result.type, variables_);
            match.return_types.push_back(type ? std::move(type) : any_type());
            if (!result.name.empty()) match.return_names.push_back(result.name);
        }
        if (match.return_names.size() != schema_.returns.size()) match.return_names.clear();
        return match;
    }

 private:
    /// `reason` makes the text: most schemas are refused without anybody asking why.
    template <class F>
    std::nullopt_t refuse(F reason) {
        if (why_) (*why_ += reason()) += '\n';
        return std::nullopt;
    }

    static std::optional<size_t> find(const NamedValues& kwargs, const std::string& name) {
        for (size_t i = 0; i < kwargs.size(); ++i) {
            if (kwargs[i].name == name) return i;
        }
        return std::nullopt;
    }

    /// Functions of torch call `input` what their method form has as self.
    std::optional<size_t> find_argument(const NamedValues& kwargs, const std::string& name) const {
        const auto index = find(kwargs, name);
        return index || name != "self" || !schema_.name.starts_with("aten::") ? index : find(kwargs, "input");
    }

    Value* argument_value(const Argument& argument, const NamedValue& actual) {
        Value* value = actual.value(graph_);
        if (is_number_for_fixed_list(value, argument)) {
            const TypePtr element = value->type;
            value = construct_list(graph_, element, std::vector<Value*>(argument.fixed_length, value));
        }
        std::string reason;
        if (!bind_type_variables(argument.type, value->type, variables_, why_ ? &reason : nullptr)) {
            refuse([&] {
                return fmt::format("Could not match type {} to {} in argument '{}': {}.", described(value->type),
                                   described(argument.type), argument.name, reason);
            });
            return nullptr;
        }
        const TypePtr type = substitute_type_variables(argument.type, variables_);
        if (!type) {
            refuse([&] {
                return fmt::format("Type variables in type {} could not be inferred from actual type {}",
                                   described(argument.type), described(value->type));
            });
            return nullptr;
        }
        value = try_convert_to_type(range_, graph_, type, value, allow_conversions_);
        std::string difference;
        if (value->type->is_subtype_of(*type, why_ ? &difference : nullptr)) return value;
        refuse([&] { return wrong_type(argument, *type, *value, difference); });
        return nullptr;
    }

    static std::string wrong_type(const Argument& argument, const Type& type, const Value& value,
                                  const std::string& difference) {
        std::string text = fmt::format("Expected a value of type '{}' for argument '{}' but instead found type '{}'.",
                                       described(type), argument.name, described(value.type));
        text += note_on_inference(argument);
        if (value.type.get() == inferred_tensor_type().get())
            text += fmt::format(
                "\nInferred the value for argument '{}' to be of type 'Tensor' because it was not "
                "annotated with an explicit type.",
                argument.name);
        const TypePtr inner = value.type->is(TypeKind::Optional) ? value.type->contained(0) : nullptr;
        if (inner && inner->is_subtype_of(type)) {
            text += "\nDo you have a typo in the argument or does it need to be refined with 'assert x is not None'?";
        }
        if (value.type->is(TypeKind::Tensor) && argument.type->is(TypeKind::Float))
            text += "\nHint: use `float(tensor)` to convert a one-element tensor.";
        if (!difference.empty()) text += "\n" + difference;
        return text;
    }

    Value* rest_as_list(const Argument& formal, const NamedValues& args, size_t from) {
        Argument element;
        element.name = "<varargs>";
        element.type = formal.type->contained(0);
        std::vector<Value*> values;
        for (size_t i = from; i < args.size(); ++i) {
            Value* value = argument_value(element, args[i]);
            if (!value) return nullptr;
            values.push_back(value);
        }
        return construct_list(graph_, element.type, std::move(values));
    }

    const Schema& schema_;
    const SourceRange& range_;
    Graph& graph_;
    const bool allow_conversions_;
    std::string* why_;
    TypeVariables variables_;
};

std::string indent(const std::string& text, std::string_view prefix) {
    std::string out(prefix);
    for (char c : text) {
        out += c;
        if (c == '\n') out += prefix;
    }
    return out;
}

/// Names whose spelling is near: at most two edits away.
std::vector<std::string> similar_operators(std::string_view name) {
    auto distance = [](std::string_view a, std::string_view b) {
        std::vector<size_t> row(b.size() + 1);
        for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
        for (size_t i = 1; i <= a.size(); ++i) {
            size_t diagonal = std::exchange(row[0], i);
            for (size_t j = 1; j <= b.size(); ++j) {
                const size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
                diagonal = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
            }
        }
        return row[b.size()];
    };
    std::vector<std::pair<size_t, std::string>> near;
    for (const Operator* op : Registry::instance().all()) {
        const std::string& other = op->name;
        if (other.size() + 2 < name.size() || name.size() + 2 < other.size()) continue;
        if (const size_t edits = distance(name, other); edits <= 2) near.emplace_back(edits, other);
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    std::vector<std::string> names;
    for (size_t i = 0; i < near.size() && i < 5; ++i) names.push_back(near[i].second);
    return names;
}

[[noreturn]] void unknown_operator(const SourceRange& range, const std::string& name) {
    std::string message = fmt::format("Unknown builtin op: {}.\n", name);
    const std::vector<std::string> similar = similar_operators(name);
    if (similar.empty()) {
        message += fmt::format(
            "Could not find any similar ops to {}. This op may not exist or may not be currently supported in "
            "TorchScript.",
            name);
    } else {
        message += "Here are some suggestions: ";
        for (const std::string& other : similar) message += "\n\t" + other;
    }
    throw CompileError(range, message + "\n\nThe original call is:");
}

}  // namespace

Value* try_convert_to_type(const SourceRange& range, Graph& graph, const TypePtr& type, Value* value,
                           bool allow_conversions) {
    // `[]` and `{}` without an annotation are of whatever type they are used as first.
    if (value->node->kind == empty_list_literal() && type->is(TypeKind::List) && !type->has_free_variables())
        return construct_list(graph, type->contained(0), {});
    const bool is_empty_dict =
        value->node->kind == sym::prim_DictConstruct && value->node->inputs.empty() && value->uses.empty();
    if (is_empty_dict && type->is(TypeKind::Dict) && !type->has_free_variables()) return value->set_type(type);
    if (type->is(TypeKind::Optional) && !value->type->is(TypeKind::Optional) && !value->type->is(TypeKind::None))
        return try_convert_to_type(range, graph, type->contained(0), value, allow_conversions);
    if (value->type->is(TypeKind::Tuple)) {
        if (tuple_fits_list(value->type, without_optional(type)))
            return construct_list(graph, without_optional(type)->contained(0), unpack_tuple(graph, value));
        if (type->is(TypeKind::Tuple) && type->contained().size() == value->type->contained().size() &&
            !value->type->is_subtype_of(type)) {
            std::vector<Value*> elements = unpack_tuple(graph, value);
            for (size_t i = 0; i < elements.size(); ++i)
                elements[i] = try_convert_to_type(range, graph, type->contained(i), elements[i], allow_conversions);
            std::vector<TypePtr> types;
            for (const Value* element : elements) types.push_back(element->type);
            return graph.insert_node(sym::prim_TupleConstruct, std::move(elements))
                ->output()
                ->set_type(tuple_type(std::move(types)));
        }
    }
    if (allow_conversions) {
        const std::string_view conversion = implicit_conversion(*value->type, *type);
        if (!conversion.empty())
            return emit_builtin_call(range, graph, Symbol::from(conversion), {NamedValue(range, value)});
    }
    return value;
}

std::optional<MatchedSchema> try_match_schema(const Schema& schema, const SourceRange& range, Graph& graph,
                                              const NamedValues& args, const NamedValues& kwargs,
                                              const std::optional<NamedValue>& self, bool allow_conversions,
                                              std::string* why) {
    if (is_never_meant(schema, kwargs)) return std::nullopt;
    std::string reasons;
    auto match = Match(schema, range, graph, allow_conversions, why ? &reasons : nullptr).run(args, kwargs, self);
    if (!match && why) *why += fmt::format("\n{}:\n{}", schema.str(), reasons);
    return match;
}

MatchedSchema match_schema(const Schema& schema, const SourceRange& range, Graph& graph, const NamedValues& args,
                           const NamedValues& kwargs, const std::optional<NamedValue>& self) {
    std::string why;
    if (auto match = try_match_schema(schema, range, graph, args, kwargs, self, true, &why)) return std::move(*match);
    throw CompileError(range, why);
}

std::pair<size_t, MatchedSchema> match_schemas(const std::vector<const Schema*>& schemas, const SourceRange& range,
                                               Graph& graph, const NamedValues& args, const NamedValues& kwargs,
                                               const std::optional<NamedValue>& self) {
    if (schemas.size() == 1) return {0, match_schema(*schemas[0], range, graph, args, kwargs, self)};
    for (bool allow_conversions : {false, true}) {
        for (size_t i = 0; i < schemas.size(); ++i) {
            if (auto match =
                    try_match_schema(*schemas[i], range, graph, args, kwargs, self, allow_conversions, nullptr))
                return {i, std::move(*match)};
        }
    }
    std::string why;
    for (const Schema* schema : schemas) try_match_schema(*schema, range, graph, args, kwargs, self, true, &why);
    throw CompileError(
        range,
        fmt::format(
            "Arguments for call are not valid.\nThe following variants are available:\n{}\nThe original call is:",
            indent(why, "  ")));
}

Value* pack_outputs(Graph& graph, const std::vector<Value*>& values, const std::vector<std::string>& names) {
    if (values.size() == 1) return values[0];
    std::vector<TypePtr> types;
    for (const Value* value : values) types.push_back(value->type);
    const TypePtr type =
        names.empty() ? tuple_type(std::move(types)) : named_tuple_type("", names, std::move(types), {});
    return graph.insert_node(sym::prim_TupleConstruct, values)->output()->set_type(type);
}

Value* emit_operator(const SourceRange& range, Graph& graph, const Operator& op, const MatchedSchema& match) {
    Node* node = graph.create(Symbol::from(op.name), match.inputs, 0);
    node->op = &op;
    node->range = range;
    graph.insert(node);
    for (const TypePtr& type : match.return_types) node->add_output(type);
    return pack_outputs(graph, node->outputs, match.return_names);
}

Value* emit_builtin_call(const SourceRange& range, Graph& graph, Symbol name, const NamedValues& args,
                         const NamedValues& kwargs, const std::optional<NamedValue>& self) {
    const std::vector<const Operator*>& overloads = Registry::instance().find(name.str());
    if (overloads.empty() && text_overloads(name.str()).empty()) unknown_operator(range, name.str());
    // Those that are as they were first, then those that have changed, as they were, then texts.
    std::vector<const Schema*> schemas;
    std::vector<const Operator*> operators;
    for (bool changed : {false, true}) {
        for (const Operator* op : overloads) {
            const Upgrader* upgrader = find_upgrader(op->schema(), graph.version);
            if ((upgrader != nullptr) != changed) continue;
            schemas.push_back(upgrader ? &upgrader->old.schema() : &op->schema());
            operators.push_back(op);
        }
    }
    const auto& texts = text_overloads(name.str());
    for (const TextOverload& overload : texts) schemas.push_back(&overload.schema);
    const auto [chosen, match] = match_schemas(schemas, range, graph, args, kwargs, self);
    if (chosen < operators.size()) return emit_operator(range, graph, *operators[chosen], match);
    return inline_graph(graph, texts[chosen - operators.size()].text->graph(), match.inputs).at(0);
}

Value* emit_op(const SourceRange& range, Graph& graph, std::string_view name, const std::vector<Value*>& args) {
    NamedValues named;
    for (Value* value : args) named.emplace_back(range, value);
    return emit_builtin_call(range, graph, Symbol::from(name), named);
}

}  // namespace wick::jit
