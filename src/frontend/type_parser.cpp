#include "frontend/type_parser.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

#include <wick/support/error.h>

#include "frontend/constant_expression.h"
#include "frontend/parser.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

namespace {

const std::unordered_map<std::string_view, TypeKind>& named_kinds() {
    static const std::unordered_map<std::string_view, TypeKind> kinds = {
        {"Tensor", TypeKind::Tensor},
        {"int", TypeKind::Int},
        {"float", TypeKind::Float},
        {"bool", TypeKind::Bool},
        {"complex", TypeKind::Complex},
        {"str", TypeKind::String},
        {"number", TypeKind::Number},
        {"None", TypeKind::None},
        {"NoneType", TypeKind::None},
        {"Any", TypeKind::Any},
        {"Device", TypeKind::Device},
        {"torch.device", TypeKind::Device},
        {"Stream", TypeKind::Stream},
        {"Generator", TypeKind::Generator},
        {"Storage", TypeKind::Storage},
        {"Capsule", TypeKind::Capsule},
        {"torch.Generator", TypeKind::Generator},
        {"typing.Any", TypeKind::Any},
        // Enumerations of PyTorch's that are ints to a program.
        {"torch.dtype", TypeKind::Int},
        {"torch.layout", TypeKind::Int},
        {"torch.memory_format", TypeKind::Int},
        {"torch.qscheme", TypeKind::Int},
        {"torch.Size", TypeKind::List},
        // Of any element type, in isinstance.
        {"list", TypeKind::AnyList},
        {"tuple", TypeKind::AnyTuple},
        {"AnyClassType", TypeKind::AnyClass},
        {"AnyEnumType", TypeKind::AnyEnum},
    };
    return kinds;
}

bool is_tensor_subclass(std::string_view name) {
    static const std::unordered_set<std::string_view> names = {
        "torch.Tensor",     "torch.LongTensor",  "torch.FloatTensor",  "torch.DoubleTensor",
        "torch.IntTensor",  "torch.ShortTensor", "torch.HalfTensor",   "torch.CharTensor",
        "torch.ByteTensor", "torch.BoolTensor",  "torch.nn.Parameter", "nn.Parameter"};
    return names.contains(name);
}

}  // namespace

void check_dict_key(const SourceRange& range, const Type& type) {
    constexpr TypeKind kKeys[] = {TypeKind::Int,     TypeKind::Bool,   TypeKind::Float,
                                  TypeKind::Complex, TypeKind::String, TypeKind::Tensor,
                                  TypeKind::Device,  TypeKind::Any,    TypeKind::Var};
    if (std::ranges::find(kKeys, type.kind()) != std::end(kKeys)) return;
    throw CompileError(range, fmt::format("Cannot create dict for key type '{}', only int, float, complex, Tensor, "
                                          "device and string keys are supported",
                                          type.str()));
}

namespace {

/// "List" for typing.List, t.List and List.
std::string_view without_module(std::string_view name) {
    const size_t dot = name.rfind('.');
    return dot == name.npos || name.starts_with("__torch__") ? name : name.substr(dot + 1);
}

/// What PyTorch calls an expression of this kind.
std::string_view torch_kind(const ast::Expr& expr) {
    using Kind = ast::ExprKind;
    switch (expr.kind) {
        case Kind::Constant: {
            const auto& constant = static_cast<const ast::Constant&>(expr);
            if (constant.is_ellipsis) return "dots";
            return !constant.value.is_bool() ? "const" : constant.value.to_bool() ? "True" : "False";
        }
        case Kind::Unary: {
            const TokenKind op = static_cast<const ast::Unary&>(expr).op;
            return op == TokenKind::Minus ? "unary minus" : token_text(op);
        }
        case Kind::Binary:
            return token_text(static_cast<const ast::Binary&>(expr).op);
        case Kind::BoolOperation:
            return token_text(static_cast<const ast::BoolOperation&>(expr).op);
        case Kind::Compare:
            return token_text(static_cast<const ast::Compare&>(expr).rest.front().first);
        case Kind::Conditional:
            return "if";
        case Kind::Call:
        case Kind::FormattedString:
            return "apply";
        case Kind::Attribute:
            return ".";
        case Kind::Tuple:
            return "tuple-literal";
        case Kind::List:
            return "list-literal";
        case Kind::Dict:
            return "dict-literal";
        case Kind::ListComprehension:
            return "list comprehension";
        case Kind::DictComprehension:
            return "dict comprehension";
        case Kind::Starred:
            return "starred";
        default:
            return kind_name(expr.kind);
    }
}

class TypeParser {
 public:
    explicit TypeParser(Resolver& resolver) : resolver_(resolver) {}

    TypePtr parse(const ast::Expr& expr) {
        if (const auto* subscript = ast::as<ast::Subscript>(&expr)) return constructed(*subscript);
        if (const auto* constant = ast::as<ast::Constant>(&expr)) {
            if (constant->value.is_string()) return quoted(expr, constant->value.to_string());
            if (constant->value.is_none() && !constant->is_ellipsis) return none_type();
        }
        if (const auto* binary = ast::as<ast::Binary>(&expr); binary && binary->op == TokenKind::Pipe) {
            return union_type({parse(*binary->left), parse(*binary->right)});
        }
        if (expr.kind == ast::ExprKind::Lambda) throw CompileError(expr.range, "Lambda aren't supported");
        if (const auto* other = ast::as<ast::PythonExpression>(&expr)) throw CompileError(expr.range, other->sentence);
        const std::string name = dotted_name(&expr);
        if (name.empty())
            throw CompileError(
                expr.range, fmt::format("Expression of type {} cannot be used in a type expression", torch_kind(expr)));
        return named(expr, name);
    }

 private:
    TypePtr named(const ast::Expr& expr, const std::string& name) {
        if (const auto kind = named_kinds().find(name); kind != named_kinds().end()) {
            return kind->second == TypeKind::List ? list_type(int_type()) : simple_type(kind->second);
        }
        if (is_tensor_subclass(name)) return tensor_type();
        if (TypePtr type = resolver_.resolve_type(name, expr.range)) return type;
        unknown(expr, name);
    }

    /// Of what a text says that Python fails to evaluate, nothing is known.
    [[noreturn]] void unknown(const ast::Expr& expr, const std::string& name) {
        throw CompileError(expr.range, fmt::format("Unknown type name '{}'", quoted_ ? *quoted_ : name));
    }

    TypePtr quoted(const ast::Expr& expr, const std::string& text) {
        try {
            const auto ast = parse_expression(std::make_shared<Source>(text, "<annotation>"));
            TypeParser inner(resolver_);
            inner.quoted_ = &text;
            return inner.parse(*ast::as<ast::Expression>(ast->body.at(0))->value);
        } catch (const CompileError& error) {
            throw CompileError(expr.range, error.sentence());
        }
    }

    std::vector<TypePtr> arguments(const ast::Subscript& subscript) {
        std::vector<TypePtr> types;
        for (const ast::Expr* index : subscript.indices) types.push_back(parse(*index));
        return types;
    }

    TypePtr one_argument(const ast::Subscript& subscript) {
        if (subscript.indices.size() != 1) {
            if (quoted_) unknown(subscript, "");
            throw CompileError(subscript.range, fmt::format(" expected exactly one element type but found {}",
                                                            subscript.indices.size()));
        }
        return parse(*subscript.indices[0]);
    }

    TypePtr tuple(const ast::Subscript& subscript) {
        if (subscript.indices.size() == 1) {
            if (const auto* empty = ast::as<ast::Tuple>(subscript.indices[0])) {
                if (empty->elements.empty()) return tuple_type({});
                throw CompileError(empty->range, "Tuple literal in Tuple type annotation must not have any elements!");
            }
        }
        return tuple_type(arguments(subscript));
    }

    TypePtr constructed(const ast::Subscript& subscript) {
        const std::string full = dotted_name(subscript.value);
        if (full.empty()) throw CompileError(subscript.value->range, "Subscripted type must be a type identifier");
        const std::string_view name = without_module(full);
        if (name == "List" || name == "list") return list_type(one_argument(subscript));
        if (name == "Optional") return optional_type(one_argument(subscript));
        if (name == "Tuple" || name == "tuple") return tuple(subscript);
        if (name == "Union") return union_type(arguments(subscript));
        if (name == "Future") return future_type(one_argument(subscript));
        if (name == "Await" || name == "_Await") return await_type(one_argument(subscript));
        if (name == "RRef") return rref_type(one_argument(subscript));
        if (name == "Dict" || name == "dict") {
            if (subscript.indices.size() != 2) {
                if (quoted_) unknown(subscript, "");
                throw CompileError(subscript.range, fmt::format(" expected exactly 2 element types but found {}",
                                                                subscript.indices.size()));
            }
            TypePtr key = parse(*subscript.indices[0]);
            check_dict_key(subscript.range, *key);
            return dict_type(std::move(key), parse(*subscript.indices[1]));
        }
        throw CompileError(subscript.range, fmt::format("Unknown type constructor {}", name));
    }

    Resolver& resolver_;
    const std::string* quoted_ = nullptr;  ///< the text that is being read
};

/// N of a name that is `prefix` + N + `suffix`, else -1.
int32_t number_in(std::string_view name, std::string_view prefix, std::string_view suffix) {
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) return -1;
    if (name.size() != prefix.size() + 1 + suffix.size()) return -1;
    const char digit = name[prefix.size()];
    return digit >= '1' && digit <= '9' ? digit - '0' : -1;
}

Argument parse_parameter(const ast::Parameter& parameter, Resolver& resolver) {
    using Kind = ast::Parameter::Kind;
    if (parameter.kind == Kind::var_positional || parameter.kind == Kind::var_keyword) {
        throw CompileError(
            parameter.range,
            "Compiled functions can't take variable number of arguments or use keyword-only arguments with defaults");
    }
    Argument argument;
    argument.name = parameter.name;
    argument.kwarg_only = parameter.kind == Kind::keyword_only;
    argument.type = inferred_tensor_type();
    if (parameter.annotation) {
        if (auto list = parse_broadcasting_list(*parameter.annotation)) {
            argument.type = list->type;
            argument.fixed_length = list->length;
        } else {
            argument.type = parse_type(*parameter.annotation, resolver);
        }
    }
    if (parameter.default_value) {
        if (!parameter.annotation) {
            throw CompileError(parameter.range,
                               "Keyword arguments with defaults need to be type-hinted (TorchScript C++ frontend)");
        }
        argument.default_value = evaluate_constant(*parameter.default_value, argument.type, resolver);
    }
    return argument;
}

}  // namespace

TypePtr parse_type(const ast::Expr& annotation, Resolver& resolver) { return TypeParser(resolver).parse(annotation); }

TypePtr parse_type(std::string_view text, Resolver& resolver) {
    const auto ast = parse_expression(std::make_shared<Source>(std::string(text), "<type>"));
    return parse_type(*ast::as<ast::Expression>(ast->body.at(0))->value, resolver);
}

std::optional<BroadcastingList> parse_broadcasting_list(const ast::Expr& annotation) {
    const std::string name = dotted_name(&annotation);
    if (const int32_t length = number_in(without_module(name), "_size_", "_t"); length > 0) {
        return BroadcastingList{list_type(int_type()), length};
    }
    const auto* subscript = ast::as<ast::Subscript>(&annotation);
    if (!subscript || subscript->indices.size() != 1) return std::nullopt;
    const std::string constructor(without_module(dotted_name(subscript->value)));
    if (constructor == "Optional") {
        auto list = parse_broadcasting_list(*subscript->indices[0]);
        if (list) list->type = optional_type(list->type);
        return list;
    }
    const int32_t length = number_in(constructor, "BroadcastingList", "");
    if (length < 0) return std::nullopt;
    const std::string element = dotted_name(subscript->indices[0]);
    if (element != "int" && element != "float") {
        throw CompileError(subscript->range, "Broadcastable lists only supported for int or float");
    }
    return BroadcastingList{list_type(element == "int" ? int_type() : float_type()), length};
}

const ast::Expr* final_type(const ast::Expr* annotation) {
    const auto* subscript = ast::as<ast::Subscript>(annotation);
    if (!subscript || subscript->indices.size() != 1) return nullptr;
    return without_module(dotted_name(subscript->value)) == "Final" ? subscript->indices[0] : nullptr;
}

namespace {

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The expressions in `(T, U) -> R` behind `# type:`; they live as long as `ast`.
struct TypeComment {
    const SourceRange comment;
    std::shared_ptr<const Ast> parameters;
    std::shared_ptr<const Ast> result;

    explicit TypeComment(const SourceRange& comment) : comment(comment) {
        const std::string_view text = comment.text();
        const size_t begin = text.find('(');
        const size_t arrow = text.rfind("->");
        if (begin == text.npos || arrow == text.npos || arrow < begin)
            throw CompileError(comment, "expected '(types…) -> type' in this type comment");
        parameters = part(comment, text.substr(begin, arrow - begin));
        result = part(comment, text.substr(arrow + 2));
    }
    static const ast::Expr& expression(const Ast& ast) { return *ast::as<ast::Expression>(ast.body.at(0))->value; }
    /// `(...) -> R`: the parameters have comments of their own.
    bool leaves_parameters() const {
        const auto* dots = ast::as<ast::Constant>(&expression(*parameters));
        return dots && dots->is_ellipsis;
    }
    ast::Exprs types() const {
        const ast::Expr& all = expression(*parameters);
        const auto* tuple = ast::as<ast::Tuple>(&all);
        return tuple ? tuple->elements : ast::Exprs{&all};
    }
    TypePtr type_of(const ast::Expr& expr, Resolver& resolver) const {
        try {
            return parse_type(expr, resolver);
        } catch (const CompileError& error) {
            throw CompileError(comment, error.sentence());
        }
    }

 private:
    static std::shared_ptr<const Ast> part(const SourceRange& comment, std::string_view text) {
        if (trimmed(text).empty()) throw CompileError(comment, "expected a type in this type comment");
        try {
            return parse_expression(std::make_shared<Source>(std::string(trimmed(text)), "<type comment>"));
        } catch (const CompileError& error) {
            throw CompileError(comment, error.sentence());
        }
    }
};

}  // namespace

Schema parse_signature(const ast::FunctionDef& def, Resolver& resolver, const TypePtr& self_type) {
    Schema schema;
    schema.name = def.name;
    if (self_type && def.parameters.empty())
        throw CompileError(def.parameters_range, "methods must have a self argument");
    for (size_t i = 0; i < def.parameters.size(); ++i) {
        if (i == 0 && self_type) {
            Argument self;
            self.name = def.parameters[0].name;
            self.type = self_type;
            schema.arguments.push_back(std::move(self));
        } else {
            schema.arguments.push_back(parse_parameter(def.parameters[i], resolver));
        }
    }
    if (def.type_comment.known()) {
        const TypeComment comment(def.type_comment);
        const ast::Exprs types = comment.leaves_parameters() ? ast::Exprs() : comment.types();
        const size_t first = schema.arguments.size() - std::min(types.size(), schema.arguments.size());
        if (comment.leaves_parameters()) {
            for (size_t i = 0; i < def.parameters.size(); ++i) {
                const SourceRange& own = def.parameters[i].type_comment;
                if (own.known()) schema.arguments[i].type = parse_type(trimmed(own.text()), resolver);
            }
        } else if (types.size() + (self_type ? 1 : 0) != schema.arguments.size() &&
                   types.size() != schema.arguments.size()) {
            throw CompileError(def.name_range,
                               fmt::format("Number of type annotations ({}) did not match the number of function "
                                           "parameters ({})",
                                           types.size(), schema.arguments.size()));
        }
        for (size_t i = 0; i < types.size(); ++i)
            schema.arguments[first + i].type = comment.type_of(*types[i], resolver);
        Argument result;
        result.type = comment.type_of(TypeComment::expression(*comment.result), resolver);
        schema.returns.push_back(std::move(result));
    }
    if (def.returns) {
        if (parse_broadcasting_list(*def.returns)) {
            throw CompileError(def.returns->range, "Broadcastable lists cannot appear as a return type");
        }
        Argument result;
        result.type = parse_type(*def.returns, resolver);
        schema.returns.push_back(std::move(result));
    }
    return schema;
}

}  // namespace wick::jit
