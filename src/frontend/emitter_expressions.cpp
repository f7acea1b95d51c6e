#include <bit>
#include <fmt/format.h>

#include "frontend/emitter_impl.h"
#include "frontend/operator_values.h"
#include "frontend/parser.h"
#include "passes/erase_list_literals.h"
#include "passes/propagate_constants.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

using namespace ast;

static bool has_effects(const Node& node) {
    if (node.has_side_effects()) return true;
    if (node.op && std::ranges::any_of(node.op->schema().arguments, [](const Argument& argument) {
            return argument.alias && argument.alias->is_write;
        }))
        return true;
    return std::ranges::any_of(node.blocks, [](const jit::Block* block) {
        for (const Node* inner : block->nodes()) {
            if (has_effects(*inner)) return true;
        }
        return false;
    });
}

bool Emitter::has_effects_since(const Node* before) const {
    for (const Node* node = before->next; node != graph_.insert_point(); node = node->next) {
        if (has_effects(*node)) return true;
    }
    return false;
}

bool Emitter::may_emit_again(const Expr& expr) const {
    // Expressions nest, and so do their repetitions.
    constexpr int kMaxDepth = 32;
    constexpr int kMaxNesting = 2;
    return expr.kind != ExprKind::Slice && expr.depth <= kMaxDepth && again_ < kMaxNesting;
}

void Emitter::emit_again(const Expr& expr) {
    if (!may_emit_again(expr)) return;
    const Node* before = graph_.insert_point()->prev;
    ++again_;
    emit_sugared(expr);
    --again_;
    if (!has_effects_since(before)) return;
    for (Node* node = graph_.insert_point()->prev; node != before;) {
        Node* previous = node->prev;
        // Literals stay: the function has one node for all of a number.
        if (node->kind != sym::prim_Constant) node->destroy();
        node = previous;
    }
}

Value* Emitter::emit_after(const Expr& operand, const TypePtr& hint, const std::function<void()>& first) {
    Node* before = graph_.insert_point()->prev;
    Value* value = emit(operand, hint);
    const bool is_observable = has_effects_since(before);
    Node* last = graph_.insert_point()->prev;
    first();
    if (!is_observable) return value;
    while (last->next != graph_.insert_point()) {
        Node* moved = last->next;
        moved->move_after(before);
        before = moved;
    }
    return value;
}

Value* Emitter::emit(const Expr& expr, const TypePtr& hint) {
    Value* value = emit_sugared(expr, hint)->as_value(expr.range, graph_);
    return hint && hint->is(TypeKind::Any) ? emit_cast(expr.range, value, hint) : value;
}

Value* Emitter::emit_cast(const SourceRange& range, Value* value, const TypePtr& type) {
    if (value->type->equals(*type)) return value;
    return insert(sym::prim_unchecked_cast, {value}, 1, range)->output()->set_type(type);
}

SugaredPtr Emitter::emit_sugared(const Expr& expr, const TypePtr& hint) {
    switch (expr.kind) {
        case ExprKind::Name:
            return env_.get(static_cast<const Name&>(expr).id, expr.range);
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(expr);
            return emit_sugared(*attribute.value)->attr(expr.range, graph_, attribute.name);
        }
        case ExprKind::Call:
            return emit_call(static_cast<const Call&>(expr), hint);
        case ExprKind::Subscript:
            return emit_subscript(static_cast<const Subscript&>(expr), hint);
        case ExprKind::Tuple: {
            // Members may be compile-time things (a tuple of modules to loop over).
            std::vector<SugaredPtr> members;
            bool simple = true;
            const TypePtr tuple_hint = hint && hint->is(TypeKind::Optional) ? hint->contained(0) : hint;
            const auto& elements = static_cast<const Tuple&>(expr).elements;
            for (size_t i = 0; i < elements.size(); ++i) {
                if (const auto* starred = as<Starred>(elements[i])) {
                    for (const SugaredPtr& member : emit_sugared(*starred->value)->as_tuple(starred->range, graph_))
                        members.push_back(member);
                    continue;
                }
                const bool hinted = tuple_hint && tuple_hint->is(TypeKind::Tuple) && i < tuple_hint->contained().size();
                members.push_back(emit_sugared(*elements[i], hinted ? tuple_hint->contained(i) : nullptr));
                simple &= members.back()->simple() != nullptr;
            }
            auto tuple = std::make_shared<SugaredTuple>(std::move(members));
            return simple ? sugar(tuple->as_value(expr.range, graph_)) : SugaredPtr(tuple);
        }
        default:
            return sugar(emit_simple(expr, hint));
    }
}

Value* Emitter::construct_list(const SourceRange& range, const TypePtr& element, std::vector<Value*> values) {
    return insert(sym::prim_ListConstruct, std::move(values), 1, range)->output()->set_type(list_type(element));
}

Value* Emitter::emit_simple(const Expr& expr, const TypePtr& hint) {
    switch (expr.kind) {
        case ExprKind::Constant: {
            const auto& constant = static_cast<const Constant&>(expr);
            if (constant.is_ellipsis) throw CompileError(expr.range, "Cannot emit expr for: (dots)");
            const IValue& value = constant.value;
            if (value.is_int() || value.is_double() || value.is_complex()) return literal(value, expr.range);
            return graph_.insert_constant(value, {}, expr.range);
        }
        case ExprKind::FormattedString:
            return emit_formatted_string(static_cast<const FormattedString&>(expr));
        case ExprKind::Unary: {
            const auto& unary = static_cast<const Unary&>(expr);
            if (unary.op == TokenKind::Not) return emit_condition(expr).value;
            if (unary.op == TokenKind::Minus) {
                const auto* constant = as<Constant>(unary.operand);
                // In archives `-1` is one number; in programs it is computed, which the numbers of later values tell.
                if (constant && constant->value.is_int() && !resolver_.is_source())
                    return literal(IValue(static_cast<int64_t>(-static_cast<uint64_t>(constant->value.to_int()))),
                                   constant->range);
                if (constant && constant->value.is_double() && !resolver_.is_source())
                    return literal(IValue(-constant->value.to_double()), constant->range);
            }
            Value* operand = emit(*unary.operand);
            const char* op = unary.op == TokenKind::Minus  ? "aten::neg"
                             : unary.op == TokenKind::Plus ? "aten::positive"
                                                           : "aten::bitwise_not";
            const char* method = unary.op == TokenKind::Minus  ? "__neg__"
                                 : unary.op == TokenKind::Plus ? "__pos__"
                                                               : "__invert__";
            Value* result = MagicFunction(method, Symbol::from(op))
                                .call(expr.range, graph_, {NamedValue(expr.range, operand)}, {})
                                ->as_value(expr.range, graph_);
            // A negated literal is a literal.
            if (const auto folded = evaluate_constant_node(result->node)) {
                IValue value = folded->at(0);
                // The text `-1j` is read as one number, whose real part is 0.
                if (value.is_complex()) value = IValue(std::complex<double>(0, value.to_complex().imag()));
                return graph_.insert_constant(std::move(value), {}, expr.range);
            }
            return result;
        }
        case ExprKind::Binary: {
            const auto& binary = static_cast<const Binary&>(expr);
            // PyTorch emits the left operand of % once more, to look at its type.
            if (binary.op == TokenKind::Percent) emit_again(*binary.left);
            Value* left = emit(*binary.left);
            return emit_operator_call(expr.range, binary.op, left, emit(*binary.right));
        }
        case ExprKind::BoolOperation:
            return emit_condition(expr).value;
        case ExprKind::Compare: {
            const auto& compare = static_cast<const Compare&>(expr);
            if (compare.rest.size() == 1) {
                const TokenKind op = compare.rest[0].first;
                if (op == TokenKind::Is || op == TokenKind::IsNot || op == TokenKind::NotIn)
                    return emit_condition(expr).value;
                Value* left = emit(*compare.first);
                return emit_comparison(expr.range, op, left, emit(*compare.rest[0].second));
            }
            // a < b < c: each operand is evaluated once, the rest only while the comparisons hold.
            Value* left = emit(*compare.first);
            const std::function<Value*(size_t)> from = [&](size_t i) -> Value* {
                const Expr& before = i == 0 ? *compare.first : *compare.rest[i - 1].second;
                const SourceRange range(expr.range.source(), before.range.begin(), compare.rest[i].second->range.end());
                Value* right = emit(*compare.rest[i].second);
                Value* holds = emit_truth(range, emit_comparison(range, compare.rest[i].first, left, right));
                // PyTorch computes the operand for each of its comparisons.
                if (i + 1 < compare.rest.size()) emit_again(*compare.rest[i].second);
                left = right;
                if (i + 1 == compare.rest.size()) return holds;
                return emit_choice(
                    expr.range, Condition{holds, {}, std::nullopt}, [&] { return from(i + 1); },
                    [&] { return graph_.insert_constant(false, {}, expr.range); });
            };
            return from(0);
        }
        case ExprKind::Conditional: {
            const auto& choice = static_cast<const Conditional&>(expr);
            const Condition condition = emit_condition(*choice.condition);
            if (condition.known) {
                insert_refinements(
                    expr.range, *condition.known ? condition.refinements.when_true : condition.refinements.when_false);
                return emit(*condition.known ? *choice.then : *choice.otherwise, hint);
            }
            return emit_choice(
                expr.range, condition, [&] { return emit(*choice.then, hint); },
                [&] { return emit(*choice.otherwise, hint); }, hint);
        }
        case ExprKind::List:
            return emit_list(static_cast<const List&>(expr), hint);
        case ExprKind::Dict:
            return emit_dict(static_cast<const Dict&>(expr), hint);
        case ExprKind::ListComprehension:
            return emit_list_comprehension(static_cast<const ListComprehension&>(expr), hint);
        case ExprKind::DictComprehension:
            return emit_dict_comprehension(static_cast<const DictComprehension&>(expr), hint);
        case ExprKind::Starred:
            throw CompileError(expr.range, "Unexpected starred expansion. File a bug report");
        case ExprKind::Lambda:
            throw CompileError(expr.range, "Lambda aren't supported");
        case ExprKind::PythonExpression:
            throw CompileError(expr.range, static_cast<const PythonExpression&>(expr).sentence);
        case ExprKind::Slice:
            throw CompileError(expr.range, "a slice is only allowed as an index");
        default:
            throw InternalError("an expression kind that emit_sugared handles");
    }
}

namespace {

struct OperatorName {
    const char* op;
    const char* method;
};

OperatorName operator_name(TokenKind op) {
    switch (op) {
        case TokenKind::Plus:
            return {"aten::add", "__add__"};
        case TokenKind::Minus:
            return {"aten::sub", "__sub__"};
        case TokenKind::Star:
            return {"aten::mul", "__mul__"};
        case TokenKind::Slash:
            return {"aten::div", "__truediv__"};
        case TokenKind::DoubleSlash:
            return {"aten::floordiv", "__floordiv__"};
        case TokenKind::Percent:
            return {"aten::remainder", "__mod__"};
        case TokenKind::DoubleStar:
            return {"aten::pow", "__pow__"};
        case TokenKind::At:
            return {"aten::matmul", "__matmul__"};
        case TokenKind::Ampersand:
            return {"aten::__and__", "__and__"};
        case TokenKind::Pipe:
            return {"aten::__or__", "__or__"};
        case TokenKind::Caret:
            return {"aten::__xor__", "__xor__"};
        case TokenKind::ShiftLeft:
            return {"aten::__lshift__", "__lshift__"};
        case TokenKind::ShiftRight:
            return {"aten::__rshift__", "__rshift__"};
        case TokenKind::Less:
            return {"aten::lt", "__lt__"};
        case TokenKind::Greater:
            return {"aten::gt", "__gt__"};
        case TokenKind::LessEqual:
            return {"aten::le", "__le__"};
        case TokenKind::GreaterEqual:
            return {"aten::ge", "__ge__"};
        case TokenKind::Equal:
            return {"aten::eq", "__eq__"};
        case TokenKind::NotEqual:
            return {"aten::ne", "__ne__"};
        case TokenKind::Is:
            return {"aten::__is__", ""};
        case TokenKind::IsNot:
            return {"aten::__isnot__", ""};
        default:
            throw InternalError(fmt::format("no operator for '{}'", token_text(op)));
    }
}

}  // namespace

Value* Emitter::emit_operator_call(const SourceRange& range, TokenKind op, Value* left, Value* right) {
    if (op == TokenKind::Percent && left->type->is(TypeKind::String))
        return emit_op(range, graph_, "aten::percentFormat", {left, right});
    if (left->type->is(TypeKind::Tuple) && right->type->is(TypeKind::Tuple)) {
        if (op == TokenKind::Plus) {
            std::vector<SugaredPtr> members = sugar(left)->as_tuple(range, graph_);
            for (const SugaredPtr& member : sugar(right)->as_tuple(range, graph_)) members.push_back(member);
            return SugaredTuple(std::move(members)).as_value(range, graph_);
        }
    }
    // Tuples that are as good as lists compare as those; the others, and dicts, are an extension.
    const auto compares_as_list = [](const TypePtr& type) {
        if (!type->is(TypeKind::Tuple) || type->contained().empty()) return false;
        const TypePtr& first = type->contained(0);
        constexpr TypeKind kElements[] = {TypeKind::Int, TypeKind::Float, TypeKind::Bool, TypeKind::String};
        return std::ranges::find(kElements, first->kind()) != std::end(kElements) &&
               std::ranges::all_of(type->contained(), [&](const TypePtr& element) { return element->equals(*first); });
    };
    const bool is_container = left->type->is(TypeKind::Tuple) || left->type->is(TypeKind::Dict);
    if (is_container && left->type->equals(*right->type) && !compares_as_list(left->type) &&
        (op == TokenKind::Equal || op == TokenKind::NotEqual)) {
        Value* equal = emit_container_equality(range, left, right);
        return op == TokenKind::Equal ? equal : emit_op(range, graph_, "aten::__not__", {equal});
    }
    const OperatorName name = operator_name(op);
    return MagicFunction(name.method, Symbol::from(name.op))
        .call(range, graph_, {NamedValue(range, left), NamedValue(range, right)}, {})
        ->as_value(range, graph_);
}

Value* Emitter::emit_text(const SourceRange& range, const std::string& text, const std::vector<Value*>& values) {
    const auto ast = parse(std::make_shared<Source>(text, "<string>"));
    const auto& def = *as<FunctionDef>(ast->body.at(0));
    Schema schema = parse_signature(def, resolver_);
    for (size_t i = 0; i < values.size(); ++i) schema.arguments[i].type = values[i]->type;
    Function function(def.name, [](Function&) {});
    try {
        emit_function(function, def, std::move(schema), resolver_);
    } catch (const CompileError& error) {
        throw CompileError(range, error.sentence());
    }
    return inline_graph(graph_, *function.graph(), values).at(0);
}

/// An extension: TorchScript does not compare tuples and dicts.
Value* Emitter::emit_container_equality(const SourceRange& range, Value* left, Value* right) {
    std::string text = "def equal(a, b) -> bool:\n";
    if (left->type->is(TypeKind::Dict)) {
        text +=
            "  if len(a) != len(b):\n    return False\n  for key in a:\n    if key not in b:\n      return False\n"
            "    if a[key] != b[key]:\n      return False\n";
    } else {
        for (size_t i = 0; i < left->type->contained().size(); ++i)
            text += fmt::format("  if a[{0}] != b[{0}]:\n    return False\n", i);
    }
    return emit_text(range, text + "  return True\n", {left, right});
}

Value* Emitter::emit_comparison(const SourceRange& range, TokenKind op, Value* left, Value* right) {
    if (op == TokenKind::In || op == TokenKind::NotIn) {
        const TypePtr element = right->type->is(TypeKind::List) ? right->type->contained(0) : nullptr;
        if (element && (element->is(TypeKind::Tuple) || element->is(TypeKind::Enum) || element->is(TypeKind::Bool) ||
                        element->is(TypeKind::Class))) {
            Value* found = emit_text(
                range,
                "def contains(xs, x) -> bool:\n  for y in xs:\n    if y == x:\n      return True\n  return False\n",
                {right, left});
            return op == TokenKind::In ? found : emit_op(range, graph_, "aten::__not__", {emit_truth(range, found)});
        }
        Value* found = MagicFunction("__contains__", Symbol::from("aten::__contains__"))
                           .call(range, graph_, {NamedValue(range, right), NamedValue(range, left)}, {})
                           ->as_value(range, graph_);
        return op == TokenKind::In ? found : emit_op(range, graph_, "aten::__not__", {emit_truth(range, found)});
    }
    return emit_operator_call(range, op, left, right);
}

TypePtr Emitter::element_type(const std::vector<Value*>& values, const TypePtr& hint) {
    if (hint) {
        bool fits = true;
        for (const Value* value : values) fits &= value->type->is_subtype_of(hint);
        if (fits) return hint;
    }
    if (values.empty()) return tensor_type();
    TypePtr type = values[0]->type;
    for (const Value* value : values) type = unify_types(type, value->type, true);
    return type;
}

/// The member of a hint (through Optional and Union) that is of the wanted kind, or null.
static TypePtr hint_of_kind(const TypePtr& hint, TypeKind kind) {
    if (!hint) return nullptr;
    if (hint->is(kind)) return hint;
    if (hint->is(TypeKind::Optional) || hint->is(TypeKind::Union)) {
        for (const TypePtr& member : hint->contained()) {
            if (member->is(kind)) return member;
        }
    }
    return nullptr;
}

/// What a display's member is told of the display's annotation: PyTorch's displays tell theirs nothing, but without it
/// a list of empty lists would have no type.
static TypePtr hint_of_member(const Expr& member, const TypePtr& hint) {
    if (member.kind == ExprKind::List || member.kind == ExprKind::ListComprehension)
        return hint_of_kind(hint, TypeKind::List);
    if (member.kind == ExprKind::Dict || member.kind == ExprKind::DictComprehension)
        return hint_of_kind(hint, TypeKind::Dict);
    return member.kind == ExprKind::Tuple ? hint_of_kind(hint, TypeKind::Tuple) : nullptr;
}

/// A container written where a Union is expected is of the Union's type at once, so that branches which assign others
/// join.
Value* Emitter::cast_to_union(const SourceRange& range, Value* container, const TypePtr& hint) {
    return hint && hint->is(TypeKind::Union) ? emit_cast(range, container, hint) : container;
}

static const char* container_name(TypeKind kind) { return kind == TypeKind::List ? "List" : "Dict"; }

/// The types that an annotation allows a display or comprehension to be of: one, or several members of a Union; none
/// when it says nothing of them.
static std::vector<TypePtr> allowed_types(const SourceRange& range, const TypePtr& hint, TypeKind kind) {
    if (!hint || hint->is(TypeKind::Any)) return {};
    if (hint->is(kind)) return {hint};
    std::vector<TypePtr> allowed;
    if (hint->is(TypeKind::Optional) || hint->is(TypeKind::Union)) {
        for (const TypePtr& member : hint->contained()) {
            if (member->is(TypeKind::Any)) return {};
            if (member->is(kind)) allowed.push_back(member);
        }
    }
    if (!allowed.empty()) return allowed;
    const char* name = container_name(kind);
    throw CompileError(range, hint->is(TypeKind::Union)
                                  ? fmt::format("Expected an Union type annotation with an inner {} type, but got {}",
                                                name, described(hint))
                                  : fmt::format("Expected an annotation of type {} but got {}", name, described(hint)));
}

/// The allowed type that a container of the type `unified` has; any will do where the annotation says nothing.
static TypePtr chosen_type(const SourceRange& range, const TypePtr& hint, const std::vector<TypePtr>& allowed,
                           const TypePtr& unified) {
    if (allowed.empty()) return unified;
    std::string names;
    for (const TypePtr& type : allowed) {
        bool fits = true;
        for (size_t i = 0; i < type->contained().size(); ++i)
            fits &= unified->contained(i)->is_subtype_of(type->contained(i));
        if (fits) return type;
        names += (names.empty() ? "" : " or ") + described(type);
    }
    // The missing bracket is PyTorch's.
    const std::string text = described(unified);
    throw CompileError(
        range, unified->is(TypeKind::List)
                   ? fmt::format("Union type annotation `{}` can hold {}, but none of those types match the types of "
                                 "the given list elements, which were unified to {}",
                                 described(hint), names, described(unified->contained(0)))
                   : fmt::format("Union type annotation `{}` can hold {}, but none of those dict types can hold the "
                                 "types of the given keys and values, which were unified to {}",
                                 described(hint), names, text.substr(0, text.size() - 1)));
}

/// An empty display says nothing of what it holds.
static void check_one_allowed(const SourceRange& range, const TypePtr& hint, const std::vector<TypePtr>& allowed) {
    if (allowed.size() < 2) return;
    const bool is_list = allowed[0]->is(TypeKind::List);
    throw CompileError(range,
                       fmt::format("Cannot assign an empty {} to a variable annotated to be type {} because "
                                   "there are multiple possible {} type candidates in the Union annotation",
                                   is_list ? "list" : "dict", described(hint), container_name(allowed[0]->kind())));
}

static void check_list_elements(const SourceRange& range, const TypePtr& list, const TypePtr& unified) {
    if (unified->is_subtype_of(list->contained(0))) return;
    throw CompileError(range, fmt::format("List type annotation `{}` did not match the types of the given list "
                                          "elements, which were unified to {}",
                                          described(list), described(unified)));
}

Value* Emitter::emit_list(const List& expr, const TypePtr& hint) {
    const std::vector<TypePtr> allowed = allowed_types(expr.range, hint, TypeKind::List);
    const TypePtr list_hint = allowed.size() == 1 ? allowed[0] : nullptr;
    const TypePtr element_hint = list_hint ? list_hint->contained(0) : nullptr;
    std::vector<Value*> values;
    for (const Expr* element : expr.elements) {
        if (const auto* starred = as<Starred>(element)) {
            for (const SugaredPtr& member : emit_sugared(*starred->value)->as_tuple(starred->range, graph_))
                values.push_back(member->as_value(starred->range, graph_));
        } else {
            values.push_back(emit(*element, hint_of_member(*element, element_hint)));
        }
    }
    if (values.empty() && !hint)
        return insert(empty_list_literal(), {}, 1, expr.range)->output()->set_type(list_type(tensor_type()));
    if (values.empty()) check_one_allowed(expr.range, hint, allowed);
    TypePtr type = element_type(values, element_hint);
    if (list_hint) {
        check_list_elements(expr.range, list_hint, type);
    } else {
        type = chosen_type(expr.range, hint, allowed, list_type(type))->contained(0);
    }
    return cast_to_union(expr.range, construct_list(expr.range, type, std::move(values)), hint);
}

Value* Emitter::emit_dict(const Dict& expr, const TypePtr& hint) {
    const std::vector<TypePtr> allowed = allowed_types(expr.range, hint, TypeKind::Dict);
    if (expr.keys.empty()) check_one_allowed(expr.range, hint, allowed);
    const TypePtr dict_hint = allowed.size() == 1 ? allowed[0] : nullptr;
    const TypePtr key_hint = dict_hint ? dict_hint->contained(0) : nullptr;
    const TypePtr value_hint = dict_hint ? dict_hint->contained(1) : nullptr;
    std::vector<Value*> keys;
    std::vector<Value*> values;
    for (size_t i = 0; i < expr.keys.size(); ++i) {
        if (!expr.keys[i]) throw CompileError(expr.range, "Dict expansion (e.g. `{**dict}`) is not supported");
        keys.push_back(emit(*expr.keys[i]));
        values.push_back(emit(*expr.values[i], hint_of_member(*expr.values[i], value_hint)));
    }
    for (size_t i = 1; i < keys.size(); ++i) {
        if (!keys[i]->type->equals(*keys[0]->type)) {
            throw CompileError(
                expr.range, fmt::format("Dict keys must contain only a single type. Expected: {} but found {} instead",
                                        described(keys[0]->type), described(keys[i]->type)));
        }
    }
    if (!keys.empty()) check_dict_key(expr.range, *keys[0]->type);
    TypePtr key_type = keys.empty() ? (key_hint ? key_hint : string_type()) : element_type(keys, key_hint);
    const TypePtr value_type = element_type(values, value_hint);
    TypePtr type = dict_type(key_type, value_type);
    if (!dict_hint || hint->is(TypeKind::Union)) {
        if (!keys.empty()) type = chosen_type(expr.range, hint, allowed, type);
    } else if (!keys.empty()) {
        // The words and quotation marks are PyTorch's.
        if (!key_type->is_subtype_of(key_hint))
            throw CompileError(expr.range, fmt::format("Type annotation was inferred to be {}but the type of keys "
                                                       "given by the dict literal is {}",
                                                       described(dict_hint), described(key_type)));
        if (!value_type->is_subtype_of(value_hint))
            throw CompileError(expr.range, fmt::format("Type annotation was inferred to be `{}`, but the type of "
                                                       "values given by the dict literal is {}",
                                                       described(dict_hint), described(value_type)));
    }
    std::vector<Value*> inputs;
    for (size_t i = 0; i < keys.size(); ++i) {
        inputs.push_back(keys[i]);
        inputs.push_back(values[i]);
    }
    Node* node = insert(sym::prim_DictConstruct, std::move(inputs), 1, expr.range);
    return cast_to_union(expr.range, node->output()->set_type(type), hint);
}

void Emitter::emit_comprehension(const SourceRange& range, const std::function<void()>& body) {
    Node* scope = insert(sym::prim_ComprehensionScope, {}, 0, range);
    jit::Block* block = scope->add_block();
    InsertPoint at(graph_, block);
    env_.push(block);
    body();
    env_.pop();
}

void Emitter::emit_comprehension_loop(const SourceRange& range, const std::vector<Comprehension>& loops, size_t level,
                                      const std::function<void()>& body) {
    const Comprehension& loop = loops[level];
    emit_iteration(range, *loop.target, *loop.iterable, [&] {
        const std::function<void(size_t)> filtered = [&](size_t i) {
            if (i == loop.conditions.size())
                return level + 1 < loops.size() ? emit_comprehension_loop(range, loops, level + 1, body) : body();
            emit_if_else(
                loop.conditions[i]->range, emit_condition(*loop.conditions[i]), [&] { filtered(i + 1); }, [] {});
        };
        filtered(0);
    });
}

Value* Emitter::emit_growing_list(const SourceRange& range, const TypePtr& hint,
                                  const std::function<void(const std::function<void(Value*)>& add)>& fill) {
    const std::vector<TypePtr> allowed = allowed_types(range, hint, TypeKind::List);
    const TypePtr list_hint = allowed.size() == 1 ? allowed[0] : nullptr;
    Value* list = construct_list(range, list_hint ? list_hint->contained(0) : tensor_type(), {});
    TypePtr unified;
    emit_comprehension(range, [&] {
        fill([&](Value* element) {
            if (!list_hint && !unified) list->set_type(chosen_type(range, hint, allowed, list_type(element->type)));
            unified = unified ? unify_types(unified, element->type, true) : element->type;
            check_list_elements(range, list->type, unified);
            emit_builtin_call(range, graph_, sym::aten_append, {NamedValue(range, element)}, {},
                              NamedValue(range, "self", list));
        });
    });
    return cast_to_union(range, list, hint);
}

static void check_dict_item(const SourceRange& range, const TypePtr& dict, const Value& key, const Value& value) {
    std::string wrong;
    const auto check = [&](const char* part, const Value& given, size_t i) {
        if (!given.type->is_subtype_of(dict->contained(i)))
            wrong += fmt::format("Dict type annotation `{}` did not match the type of an actual {} type `{}`\n",
                                 described(dict), part, described(given.type));
    };
    check("key", key, 0);
    check("value", value, 1);
    if (wrong.empty()) return;
    wrong.pop_back();
    throw CompileError(range, wrong);
}

Value* Emitter::emit_growing_dict(const SourceRange& range, const TypePtr& hint,
                                  const std::function<void(const std::function<void(Value*, Value*)>& add)>& fill) {
    const std::vector<TypePtr> allowed = allowed_types(range, hint, TypeKind::Dict);
    const TypePtr dict_hint = allowed.size() == 1 ? allowed[0] : nullptr;
    Value* dict = insert(sym::prim_DictConstruct, {}, 1, range)
                      ->output()
                      ->set_type(dict_hint ? dict_hint : dict_type(string_type(), tensor_type()));
    TypePtr key_type;
    emit_comprehension(range, [&] {
        fill([&](Value* key, Value* value) {
            if (key_type && !key->type->equals(*key_type))
                throw CompileError(range, fmt::format("Dicts may only contain homogeneous keys. Expected dict "
                                                      "comprehension to generate type {}, but got {}",
                                                      described(key_type), described(key->type)));
            if (dict_hint) {
                check_dict_item(range, dict_hint, *key, *value);
            } else if (!key_type) {
                check_dict_key(range, *key->type);
                dict->set_type(chosen_type(range, hint, allowed, dict_type(key->type, value->type)));
            } else {
                const TypePtr unified = dict_type(key_type, unify_types(dict->type->contained(1), value->type, true));
                dict->set_type(chosen_type(range, hint, allowed, unified));
            }
            key_type = key->type;
            emit_op(range, graph_, "aten::_set_item", {dict, key, value});
        });
    });
    return cast_to_union(range, dict, hint);
}

Value* Emitter::emit_list_comprehension(const ListComprehension& expr, const TypePtr& hint) {
    const TypePtr list_hint = hint_of_kind(hint, TypeKind::List);
    return emit_growing_list(expr.range, hint, [&](const auto& add) {
        emit_comprehension_loop(expr.range, expr.loops, 0, [&] {
            add(emit(*expr.element, hint_of_member(*expr.element, list_hint ? list_hint->contained(0) : nullptr)));
        });
    });
}

Value* Emitter::emit_dict_comprehension(const DictComprehension& expr, const TypePtr& hint) {
    return emit_growing_dict(expr.range, hint, [&](const auto& add) {
        emit_comprehension_loop(expr.range, expr.loops, 0, [&] {
            Value* key = emit(*expr.key);
            add(key, emit(*expr.value));
        });
    });
}

Value* Emitter::emit_formatted_string(const FormattedString& expr) {
    // The format comes first, before the values are computed. Braces in it would mean values: such text is one, too.
    const auto is_value = [](const FormattedString::Piece& piece) {
        return piece.value || piece.text.find_first_of("{}") != piece.text.npos;
    };
    std::string format;
    for (const FormattedString::Piece& piece : expr.pieces) {
        if (piece.conversion || !piece.format_spec.empty())
            throw CompileError(expr.range, fmt::format("Don't support {} in JoinedStr",
                                                       piece.conversion ? "conversion" : "formatting"));
        format += is_value(piece) ? "{}" : piece.text;
    }
    std::vector<Value*> inputs{graph_.insert_constant(IValue(format), {}, expr.range)};
    for (const FormattedString::Piece& piece : expr.pieces) {
        if (piece.value)
            inputs.push_back(emit(*piece.value));
        else if (is_value(piece))
            inputs.push_back(graph_.insert_constant(IValue(piece.text), {}, expr.range));
    }
    return emit_op(expr.range, graph_, "aten::format", inputs);
}

Value* Emitter::literal(const IValue& number, const SourceRange& range) {
    const auto bits = [](double part) { return std::bit_cast<uint64_t>(part); };
    Value*& known = number.is_int() ? int_literals_[number.to_int()]
                    : number.is_double()
                        ? float_literals_[bits(number.to_double())]
                        : complex_literals_[{bits(number.to_complex().real()), bits(number.to_complex().imag())}];
    if (!known) {
        InsertPoint at(graph_, graph_.block()->param_node->next);
        known = graph_.insert_constant(number, {}, range);
    }
    return known;
}

std::optional<int64_t> Emitter::constant_int(Value* value) {
    const IValue* constant = constant_value(value);
    if (constant && constant->is_int()) return constant->to_int();
    return std::nullopt;
}

}  // namespace wick::jit
