#include <unordered_map>

#include <wick/support/check.h>

#include "archive/source_function.h"
#include "ir/foreign_call.h"
#include "ir/remote_call.h"
#include "ir/repr.h"

namespace wick::jit {

namespace {

/// Operators that the dialect writes as calls of Python's own functions.
const char* builtin_name(Symbol kind) {
    static const std::unordered_map<Symbol, const char*> names = {
        {Symbol::from("aten::Int"), "int"},       {Symbol::from("aten::Float"), "float"},
        {Symbol::from("aten::Bool"), "bool"},     {Symbol::from("aten::str"), "str"},
        {Symbol::from("aten::sorted"), "sorted"}, {Symbol::from("prim::Print"), "print"},
    };
    const auto found = names.find(kind);
    return found == names.end() ? nullptr : found->second;
}

bool is_implicit_conversion(Symbol kind) {
    static const std::unordered_set<Symbol> kinds = {
        Symbol::from("aten::ScalarImplicit"), Symbol::from("aten::FloatImplicit"), Symbol::from("aten::IntImplicit"),
        Symbol::from("aten::ComplexImplicit")};
    return kinds.contains(kind);
}

std::string operator_name(Symbol kind) {
    if (kind.str() == "aten::backward" || kind.str() == "aten::grad")
        return fmt::format("torch.autograd.{}", kind.unqualified());
    if (kind.ns() == "aten") return fmt::format("torch.{}", kind.unqualified());
    return fmt::format("ops.{}.{}", kind.ns(), kind.unqualified());
}

bool has_text_outside_ascii(const IValue& value, int depth = 0) {
    constexpr int kMaxDepth = 100;
    if (depth > kMaxDepth) return false;
    const auto any = [&](const std::vector<IValue>& items) {
        for (const IValue& item : items) {
            if (has_text_outside_ascii(item, depth + 1)) return true;
        }
        return false;
    };
    switch (value.tag()) {
        case IValue::Tag::String:
            for (const char c : value.to_string()) {
                if (static_cast<unsigned char>(c) > 0x7f) return true;
            }
            return false;
        case IValue::Tag::List:
            return any(value.to_list().items);
        case IValue::Tag::Tuple:
            return any(value.to_tuple().elements);
        case IValue::Tag::Dict:
            for (const DictObject::Entry& entry : value.to_dict().entries()) {
                if (entry.alive &&
                    (has_text_outside_ascii(entry.key, depth + 1) || has_text_outside_ascii(entry.value, depth + 1)))
                    return true;
            }
            return false;
        default:
            return false;
    }
}

/// How many of a call's inputs have to be written: those at the end that equal their default may be left out. `outs`
/// counts the out= arguments behind them, which are always written.
struct WrittenArguments {
    size_t count;
    size_t outs;
};

WrittenArguments written_arguments(const Schema& schema, const Node& node) {
    const std::vector<Argument>& arguments = schema.arguments;
    size_t last = arguments.size();
    while (last > 0 && arguments[last - 1].is_out) --last;
    const size_t outs = arguments.size() - last;
    if (arguments.size() < node.inputs.size()) return {node.inputs.size(), outs};
    for (; last > 0; --last) {
        const std::optional<IValue>& fallback = arguments[last - 1].default_value;
        const IValue* given = constant_value(node.inputs[last - 1]);
        if (!fallback || !given || !given->equals(*fallback) || given->tag() != fallback->tag()) break;
    }
    return {last, outs};
}

}  // namespace

std::string FunctionWriter::literal(const IValue& value) {
    std::string out;
    append_repr(out, value, [this](std::string& text, const IValue& v) {
        if (v.is_tensor() || v.is_object() || has_text_outside_ascii(v)) {
            text += fmt::format("CONSTANTS.c{}", constants_.number_of(v));
            return true;
        }
        if (v.is_tuple() && v.to_tuple().named_type) text += v.to_tuple().named_type->annotation_str();
        return false;
    });
    return out;
}

void FunctionWriter::list(TaggedText& out, const Values& values, const char* open, const char* close) {
    put(out, open);
    const char* delimiter = "";
    for (const Value* value : values) {
        put(out, delimiter);
        out.append(*use_of(value));
        delimiter = ", ";
    }
    put(out, close);
}

void FunctionWriter::expression(TaggedText& out, const Node& node) {
    if (const char* name = builtin_name(node.kind)) {
        put(out, name);
        list(out, node.inputs, "(", ")");
        return;
    }
    const auto type = [&] { return node.output()->type->annotation_str(); };
    if (is_implicit_conversion(node.kind)) {
        put(out, "annotate(" + type() + ", ");
        out.append(*use_of(node.input(0)));
        put(out, ")");
        return;
    }
    switch (SymbolId(node.kind.id())) {
        case SymbolId::prim_Uninitialized:
            put(out, "uninitialized(" + type() + ")");
            break;
        case SymbolId::prim_Constant:
            constant(out, node);
            break;
        case SymbolId::aten_getitem:
            subscript(out, node);
            break;
        case SymbolId::prim_TupleConstruct:
            if (!node.output()->type->expect<TupleType>().name().empty()) put(out, type());
            list(out, node.inputs, "(", node.inputs.size() == 1 ? ",)" : ")");
            break;
        case SymbolId::prim_TupleIndex:
            put(out, "(");
            out.append(*use_of(node.input(0)));
            put(out, ")[");
            out.append(*use_of(node.input(1)));
            put(out, "]");
            break;
        case SymbolId::prim_TupleSlice:
            put(out, "(");
            out.append(*use_of(node.input(0)));
            put(out, fmt::format(")[{}:{}]", node.attr<IValue>(sym::attr_beg).to_int(),
                                 node.attr<IValue>(sym::attr_end).to_int()));
            break;
        case SymbolId::prim_ListConstruct:
        case SymbolId::prim_DictConstruct: {
            bool inferable = !node.inputs.empty();
            for (const TypePtr& element : node.output()->type->contained())
                inferable &= inferable_from_members(*element);
            display(out, node, inferable);
            break;
        }
        case SymbolId::prim_CreateObject:
            put(out, type() + ".__new__(" + type() + ")");
            break;
        case SymbolId::prim_GetAttr:
            if (is_identifier(node.name_attr())) {
                out.append(*use_of(node.input(0)));
                put(out, "." + node.name_attr());
            } else {
                put(out, "getattr(");
                out.append(*use_of(node.input(0)));
                std::string quoted = ", ";
                append_quoted(quoted, node.name_attr());
                put(out, quoted + ")");
            }
            break;
        case SymbolId::prim_CallFunction:
        case SymbolId::prim_CallMethod:
            call(out, node);
            break;
        case SymbolId::aten_unwrap_optional: {
            put(out, operator_name(node.kind) + "(");
            const Value* input = node.input(0);
            const IValue* known = constant_value(input);
            if (input->type->is(TypeKind::None) || (known && known->is_none())) {
                // The type of None would not tell what is unwrapped.
                put(out, "annotate(" + optional_type(node.output()->type)->annotation_str() + ", ");
                out.append(*use_of(input));
                put(out, ")");
            } else {
                out.append(*use_of(input));
            }
            put(out, ")");
            break;
        }
        case SymbolId::prim_unchecked_unwrap_optional:
        case SymbolId::prim_unchecked_cast:
            put(out, "unchecked_cast(" + type() + ", ");
            out.append(*use_of(node.input(0)));
            put(out, ")");
            break;
        case SymbolId::prim_isinstance:
            isinstance(out, node);
            break;
        case SymbolId::prim_tolist:
            put(out, "annotate(" + type() + ", ");
            out.append(*use_of(node.input(0)));
            put(out, ".tolist())");
            break;
        case SymbolId::prim_EnumValue:
        case SymbolId::prim_EnumName:
            put(out, "(");
            out.append(*use_of(node.input(0)));
            put(out, node.kind == sym::prim_EnumValue ? ").value" : ").name");
            break;
        default:
            if (is_foreign_call(node.kind)) {
                foreign_call(out, node);
                break;
            }
            if (!is_remote_call(node.kind)) {
                operator_call(out, node);
                break;
            }
            // PyTorch writes neither arguments nor type, and so cannot read its own text.
            put(out, "unchecked_cast(" + type() + ", ");
            operator_call(out, node);
            put(out, ")");
    }
}

void FunctionWriter::foreign_call(TaggedText& out, const Node& node) {
    if (importable_)
        throw CompileError(node.range, fmt::format("Could not export Python function call '{}'. Remove calls to Python "
                                                   "functions before export. Did you forget to add @script or "
                                                   "@script_method annotation? If this is a nn.ModuleList, add it to "
                                                   "__constants__",
                                                   node.name_attr()));
    list(out, node.inputs, ("^" + node.name_attr() + "(").c_str(), ")");
}

void FunctionWriter::constant(TaggedText& out, const Node& node) {
    const AttributeValue* value = node.find(sym::attr_value);
    if (!value) {
        put(out, node.find(sym::attr_name) ? node.name_attr() : "None");
    } else if (const auto* function = std::get_if<IntrusivePtr<Function>>(value)) {
        dependencies_.add(*function);
        put(out, (*function)->qualified_name());
    } else {
        put(out, literal(std::get<IValue>(*value)));
    }
}

void FunctionWriter::display(TaggedText& out, const Node& node, bool inferable) {
    if (!inferable) put(out, "annotate(" + node.output()->type->annotation_str() + ", ");
    if (node.kind == sym::prim_ListConstruct) {
        list(out, node.inputs, "[", "]");
    } else {
        put(out, "{");
        for (size_t i = 0; i + 1 < node.inputs.size(); i += 2) {
            if (i > 0) put(out, ", ");
            out.append(*use_of(node.inputs[i]));
            put(out, ": ");
            out.append(*use_of(node.inputs[i + 1]));
        }
        put(out, "}");
    }
    if (!inferable) put(out, ")");
}

void FunctionWriter::subscript(TaggedText& out, const Node& node) {
    const std::string object = use_of(node.input(0))->str();
    put(out, is_identifier(object) ? object : "(" + object + ")");
    put(out, "[");
    out.append(*use_of(node.input(1)));
    put(out, "]");
}

void FunctionWriter::isinstance(TaggedText& out, const Node& node) {
    put(out, "isinstance(");
    out.append(*use_of(node.input(0)));
    const auto& types = node.attr<std::vector<TypePtr>>(sym::attr_types);
    std::string text;
    for (const TypePtr& type : types) text += (text.empty() ? "" : ", ") + type->annotation_str();
    put(out, types.size() == 1 ? ", " + text + ")" : ", (" + text + "))");
}

void FunctionWriter::call(TaggedText& out, const Node& node) {
    if (node.kind == sym::prim_CallFunction) {
        out.append(*use_of(node.input(0)));
    } else {
        put(out, "(");
        out.append(*use_of(node.input(0)));
        put(out, ")." + node.name_attr());
        dependencies_.add(node.input(0)->type);
    }
    put(out, "(");
    for (size_t i = 1; i < node.inputs.size(); ++i) {
        out.append(*use_of(node.inputs[i]));
        put(out, ", ");
    }
    put(out, ")");
}

void FunctionWriter::operator_call(TaggedText& out, const Node& node) {
    const Operator* op = node.op ? node.op : match_operator(node);
    put(out, operator_name(node.kind) + "(");
    if (!op) {
        // A form of the interpreter's own has no schema, and so neither defaults nor keywords.
        list(out, node.inputs, "", ")");
        return;
    }
    const std::vector<Argument>& arguments = op->schema().arguments;
    const auto argument = [&](size_t i, bool first) {
        if (!first) put(out, ", ");
        if (i < arguments.size() && arguments[i].kwarg_only) put(out, arguments[i].name + "=");
        out.append(*use_of(node.inputs[i]));
    };
    const auto [count, outs] = written_arguments(op->schema(), node);
    for (size_t i = 0; i < count; ++i) argument(i, i == 0);
    for (size_t i = arguments.size() - outs; i < node.inputs.size() && outs > 0; ++i)
        argument(i, count == 0 && i == arguments.size() - outs);
    put(out, ")");
}

}  // namespace wick::jit
