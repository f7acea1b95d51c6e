#include <cmath>
#include <fmt/format.h>

#include <wick/support/error.h>

#include "ops/subscript.h"
#include "ops/tensor_ops.h"
#include "program/annotations.h"
#include "program/builtins.h"
#include "program/containers.h"
#include "program/evaluator.h"
#include "program/format.h"
#include "program/functions.h"
#include "program/instances.h"
#include "program/modules.h"
#include "program/namespaces.h"
#include "runtime/accounting.h"

namespace wick::jit {

using namespace ast;

IValue Evaluator::evaluate(const Expr& expr) {
    IValue value = value_of(expr);
    if (session_.context()->meter) charge_new(value);
    return value;
}

IValue Evaluator::value_of(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::Name:
            return name(static_cast<const Name&>(expr));
        case ExprKind::Constant: {
            const auto& constant = static_cast<const Constant&>(expr);
            return constant.is_ellipsis ? ellipsis() : constant.value;
        }
        case ExprKind::FormattedString:
            return formatted(static_cast<const FormattedString&>(expr));
        case ExprKind::Unary:
            return unary(static_cast<const Unary&>(expr));
        case ExprKind::Binary: {
            const auto& binary_expr = static_cast<const Binary&>(expr);
            const IValue left = evaluate(*binary_expr.left);
            return binary(binary_expr.op, left, evaluate(*binary_expr.right));
        }
        case ExprKind::BoolOperation: {
            const auto& operation = static_cast<const BoolOperation&>(expr);
            IValue left = evaluate(*operation.left);
            const bool decided = session_.is_true(left) == (operation.op == TokenKind::Or);
            return decided ? left : evaluate(*operation.right);
        }
        case ExprKind::Compare: {
            const auto& comparison = static_cast<const Compare&>(expr);
            IValue left = evaluate(*comparison.first);
            IValue result;
            for (const auto& [op, operand] : comparison.rest) {
                IValue right = evaluate(*operand);
                compare(op, left, right, result);
                if (comparison.rest.size() > 1 && !session_.is_true(result)) return result;
                left = std::move(right);
            }
            return result;
        }
        case ExprKind::Conditional: {
            const auto& choice = static_cast<const Conditional&>(expr);
            return evaluate(session_.is_true(evaluate(*choice.condition)) ? *choice.then : *choice.otherwise);
        }
        case ExprKind::Call:
            return call(static_cast<const Call&>(expr));
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(expr);
            return session_.attribute(evaluate(*attribute.value), attribute.name);
        }
        case ExprKind::Subscript:
            return subscript(static_cast<const Subscript&>(expr));
        case ExprKind::Tuple:
            return IValue(make_tuple(spread(static_cast<const Tuple&>(expr).elements)));
        case ExprKind::List:
            return IValue(make_list(any_type(), spread(static_cast<const List&>(expr).elements)));
        case ExprKind::Dict: {
            const auto& display = static_cast<const Dict&>(expr);
            auto dict = make_dict(any_type(), any_type());
            for (size_t i = 0; i < display.keys.size(); ++i) {
                if (!display.keys[i]) {
                    const IValue other = evaluate(*display.values[i]);
                    if (!other.is_dict())
                        jit::raise("TypeError", fmt::format("'{}' object is not a mapping", session_.type_name(other)));
                    for (auto& [key, value] : other.to_dict().items()) dict->set(key, value);
                    continue;
                }
                IValue key = evaluate(*display.keys[i]);
                dict->set(std::move(key), evaluate(*display.values[i]));
            }
            return IValue(std::move(dict));
        }
        case ExprKind::ListComprehension: {
            const auto& display = static_cast<const ListComprehension&>(expr);
            auto list = make_list(any_type());
            comprehension(display.loops, 0, [&] { list->items.push_back(evaluate(*display.element)); });
            return IValue(std::move(list));
        }
        case ExprKind::DictComprehension: {
            const auto& display = static_cast<const DictComprehension&>(expr);
            auto dict = make_dict(any_type(), any_type());
            comprehension(display.loops, 0, [&] {
                IValue key = evaluate(*display.key);
                dict->set(std::move(key), evaluate(*display.value));
            });
            return IValue(std::move(dict));
        }
        case ExprKind::Lambda: {
            const auto& lambda = static_cast<const Lambda&>(expr);
            auto function = make_intrusive<FunctionThing>(ast_, &lambda, scope_);
            for (const Parameter& parameter : lambda.parameters)
                function->defaults.push_back(parameter.default_value ? std::optional(evaluate(*parameter.default_value))
                                                                     : std::nullopt);
            session_.keep(scope_);
            return function->value();
        }
        case ExprKind::Starred:
            throw CompileError(expr.range, "can't use starred expression here");
        case ExprKind::Slice:
            throw CompileError(expr.range, "a slice is only allowed as an index");
        case ExprKind::PythonExpression:
            throw CompileError(expr.range, static_cast<const PythonExpression&>(expr).sentence);
    }
    __builtin_unreachable();
}

IValue Evaluator::name(const Name& expr) {
    if (const IValue* value = scope_->look_up(expr.id)) return *value;
    IValue builtin;
    if (find_builtin(expr.id, builtin)) return builtin;
    jit::raise("NameError", fmt::format("name '{}' is not defined", expr.id));
}

std::vector<IValue> Evaluator::spread(const Exprs& exprs) {
    std::vector<IValue> values;
    for (const Expr* expr : exprs) {
        if (const auto* starred = as<Starred>(expr)) {
            for (IValue& value : session_.elements(evaluate(*starred->value))) values.push_back(std::move(value));
        } else {
            values.push_back(evaluate(*expr));
        }
    }
    return values;
}

IValue Evaluator::call(const Call& expr) {
    // `x.f(…)` of a plain value is one operation; there is no bound method in between.
    Arguments arguments;
    const auto* attribute = as<Attribute>(expr.callee);
    const bool is_super =
        attribute == nullptr && as<Name>(expr.callee) && static_cast<const Name*>(expr.callee)->id == "super";
    if (is_super) return make_super(session_, *scope_, spread(expr.args));
    const IValue callee = evaluate(*expr.callee);
    arguments.positional = spread(expr.args);
    for (const Keyword& keyword : expr.keywords) {
        if (!keyword.name.empty()) {
            arguments.keywords.emplace_back(keyword.name, evaluate(*keyword.value));
            continue;
        }
        const IValue more = evaluate(*keyword.value);
        if (!more.is_dict())
            jit::raise("TypeError",
                       fmt::format("argument after ** must be a mapping, not {}", session_.type_name(more)));
        for (auto& [key, value] : more.to_dict().items()) arguments.keywords.emplace_back(key.to_string(), value);
    }
    return session_.call(callee, std::move(arguments));
}

IValue Evaluator::unary(const Unary& expr) {
    const IValue operand = evaluate(*expr.operand);
    if (expr.op == TokenKind::Not) return IValue(!session_.is_true(operand));
    if (expr.op == TokenKind::Minus && operand.is_int())
        return IValue(static_cast<int64_t>(-static_cast<uint64_t>(operand.to_int())));
    if (expr.op == TokenKind::Minus && operand.is_double()) return IValue(-operand.to_double());
    return session_.eager().evaluate(fmt::format("{} a", token_text(expr.op)), {"a"}, {operand});
}

/// Python's a // b: exact where compiled code, as PyTorch, takes the floor of the rounded quotient (6.0 // 0.1 is 59).
static double floor_div(double a, double b) {
    const double remainder = std::fmod(a, b);
    double quotient = (a - remainder) / b;
    if (remainder != 0 && (remainder < 0) != (b < 0)) quotient -= 1;
    return quotient == 0 ? std::copysign(0.0, a / b) : std::round(quotient);
}

/// base ** exponent, wrapping around as all whole numbers do.
static int64_t power(int64_t base, int64_t exponent) {
    uint64_t result = 1;
    for (auto factor = static_cast<uint64_t>(base); exponent > 0; exponent >>= 1, factor *= factor) {
        if (exponent & 1) result *= factor;
    }
    return static_cast<int64_t>(result);
}

IValue Evaluator::binary(TokenKind op, const IValue& left, const IValue& right) {
    // Python's containers hold anything.
    if (op == TokenKind::Plus && left.is_list() && right.is_list()) {
        std::vector<IValue> items = left.to_list().items;
        items.insert(items.end(), right.to_list().items.begin(), right.to_list().items.end());
        return IValue(make_list(any_type(), std::move(items)));
    }
    if (op == TokenKind::Plus && left.is_tuple() && right.is_tuple()) {
        std::vector<IValue> items = left.to_tuple().elements;
        items.insert(items.end(), right.to_tuple().elements.begin(), right.to_tuple().elements.end());
        return IValue(make_tuple(std::move(items)));
    }
    if (op == TokenKind::Star && (left.is_int() || right.is_int())) {
        const IValue& sequence = left.is_int() ? right : left;
        const int64_t times = std::max<int64_t>(0, (left.is_int() ? left : right).to_int());
        if (sequence.is_string()) {
            std::string text;
            text.reserve(checked_room(times, sequence.to_string().size()));
            for (int64_t i = 0; i < times; ++i) text += sequence.to_string();
            return IValue(std::move(text));
        }
        if (sequence.is_list() || sequence.is_tuple()) {
            const std::vector<IValue>& once =
                sequence.is_list() ? sequence.to_list().items : sequence.to_tuple().elements;
            std::vector<IValue> items;
            items.reserve(checked_room(times, once.size() * sizeof(IValue)) / sizeof(IValue));
            for (int64_t i = 0; i < times; ++i) items.insert(items.end(), once.begin(), once.end());
            return sequence.is_list() ? IValue(make_list(any_type(), std::move(items)))
                                      : IValue(make_tuple(std::move(items)));
        }
    }
    const bool divides = op == TokenKind::Slash || op == TokenKind::DoubleSlash || op == TokenKind::Percent;
    if (divides && left.is_scalar() &&
        ((right.is_int() && right.to_int() == 0) || (right.is_double() && right.to_double() == 0)))
        jit::raise("ZeroDivisionError",
                   op == TokenKind::Slash ? "division by zero" : "integer division or modulo by zero");
    const auto is_real = [](const IValue& value) { return value.is_int() || value.is_double(); };
    if (op == TokenKind::DoubleSlash && is_real(left) && is_real(right) && (left.is_double() || right.is_double()))
        return IValue(floor_div(left.to_scalar().to_double(), right.to_scalar().to_double()));
    // A float in compiled code.
    if (op == TokenKind::DoubleStar && left.is_int() && right.is_int() && right.to_int() >= 0)
        return IValue(power(left.to_int(), right.to_int()));
    if (op == TokenKind::Percent && left.is_string()) return percent_format(session_, left.to_string(), right);
    if (op == TokenKind::Pipe && (thing_of(left) || thing_of(right)))
        return make_intrusive<EitherThing>(left, right)->value();
    IValue method;
    if (thing_of(left) && op == TokenKind::Plus && session_.find_attribute(left, "__add__", method))
        return session_.call(method, {{right}, {}});
    return session_.eager().binary(op, left, right);
}

bool Evaluator::compare(TokenKind op, const IValue& left, const IValue& right, IValue& result) {
    switch (op) {
        case TokenKind::Is:
        case TokenKind::IsNot:
            result = IValue(left.is_same(right) == (op == TokenKind::Is));
            return true;
        case TokenKind::In:
        case TokenKind::NotIn:
            result = IValue(session_.contains(right, left) == (op == TokenKind::In));
            return true;
        case TokenKind::Equal:
        case TokenKind::NotEqual:
            if (left.is_tensor() || right.is_tensor()) break;
            result = IValue(session_.equal(left, right) == (op == TokenKind::Equal));
            return true;
        case TokenKind::Less:
        case TokenKind::Greater:
        case TokenKind::LessEqual:
        case TokenKind::GreaterEqual:
            if (left.is_tensor() || right.is_tensor()) break;
            if (left.is_double() && std::isnan(left.to_double())) break;
            if (right.is_double() && std::isnan(right.to_double())) break;
            if (op == TokenKind::Less) result = IValue(session_.less(left, right));
            if (op == TokenKind::Greater) result = IValue(session_.less(right, left));
            if (op == TokenKind::LessEqual) result = IValue(!session_.less(right, left));
            if (op == TokenKind::GreaterEqual) result = IValue(!session_.less(left, right));
            return true;
        default:
            break;
    }
    result = session_.eager().binary(op, left, right);
    return true;
}

int64_t Evaluator::index(const IValue& value, size_t size, const char* what) {
    int64_t at = 0;
    if (value.is_int() || value.is_bool()) {
        at = value.to_scalar().to_int();
    } else if (value.is_tensor()) {
        at = value.to_tensor().item().to_int();
    } else {
        jit::raise("TypeError", fmt::format("indices must be integers or slices, not {}", session_.type_name(value)));
    }
    if (at < 0) at += static_cast<int64_t>(size);
    if (at < 0 || at >= static_cast<int64_t>(size)) jit::raise("IndexError", what);
    return at;
}

std::vector<IValue> Evaluator::slice(const std::vector<IValue>& items, const Slice& slice) {
    // A braced list is evaluated from left to right, arguments in any order.
    const auto bound = [&](const Expr* expr) { return expr ? evaluate(*expr) : IValue(); };
    const IValue bounds[] = {bound(slice.start), bound(slice.stop), bound(slice.step)};
    return slice_items(items, bounds[0], bounds[1], bounds[2]);
}

IValue Evaluator::subscript(const Subscript& expr) {
    const IValue value = evaluate(*expr.value);
    if (value.is_tensor()) return IValue(get_item(value.tensor_ref(), tensor_indices(expr.indices)));
    if (Thing* thing = thing_of(value); thing && is_type_constructor(value))
        return subscripted_type(expr, *scope_, ast_);
    if (expr.indices.size() == 1) {
        const Expr& at = *expr.indices[0];
        if (const auto* range = as<Slice>(&at)) {
            if (value.is_list())
                return IValue(make_list(value.to_list().element_type, slice(value.to_list().items, *range)));
            if (value.is_tuple()) return IValue(make_tuple(slice(value.to_tuple().elements, *range)));
            if (value.is_string()) {
                std::string text;
                for (const IValue& c : slice(session_.elements(value), *range)) text += c.to_string();
                return IValue(std::move(text));
            }
            if (thing_of(value)) return sliced_module(session_, value, slice(session_.elements(value), *range));
        } else {
            const IValue key = evaluate(at);
            if (value.is_list())
                return value.to_list().items[index(key, value.to_list().items.size(), "list index out of range")];
            if (value.is_tuple())
                return value.to_tuple()
                    .elements[index(key, value.to_tuple().elements.size(), "tuple index out of range")];
            if (value.is_string()) {
                const std::vector<IValue> characters = session_.elements(value);
                return characters[index(key, characters.size(), "string index out of range")];
            }
            if (value.is_dict()) {
                const IValue* found = value.to_dict().find(key);
                if (!found) jit::raise("KeyError", session_.repr(key));
                return *found;
            }
            IValue method;
            if (session_.find_attribute(value, "__getitem__", method)) return session_.call(method, {{key}, {}});
        }
    }
    jit::raise("TypeError", fmt::format("'{}' object is not subscriptable", session_.type_name(value)));
}

std::vector<indexing::TensorIndex> Evaluator::tensor_indices(const Exprs& indices) {
    std::vector<indexing::TensorIndex> found;
    const auto bound = [&](const Expr* expr) -> indexing::Slice::Bound {
        const IValue value = expr ? evaluate(*expr) : IValue();
        if (value.is_none()) return std::nullopt;
        if (!value.is_int() && !value.is_tensor())
            jit::raise("TypeError", "slice indices must be integers or None or have an __index__ method");
        return value.is_tensor() ? value.tensor_ref().item().to_int() : value.to_int();
    };
    const auto add = [&](const IValue& value) {
        if (value.is_none()) {
            found.emplace_back(indexing::None);
        } else if (thing_of(value) && thing_of(value)->kind() == "ellipsis") {
            found.emplace_back(indexing::Ellipsis);
        } else if (value.is_tensor()) {
            found.emplace_back(value.to_tensor());
        } else if (value.is_bool()) {
            found.emplace_back(value.to_bool());
        } else if (value.is_int()) {
            found.emplace_back(value.to_int());
        } else if (value.is_list()) {
            // Lists are tensors, of bools masks; an empty one picks nothing.
            const IValue torch = make_intrusive<NamespaceThing>("torch")->value();
            const Tensor picked = session_.call(session_.attribute(torch, "tensor"), {{value}, {}}).to_tensor();
            found.emplace_back(picked.numel() == 0 ? ops::to_dtype(picked, DType::int64) : picked);
        } else {
            jit::raise("IndexError", fmt::format("only integers, slices (`:`), ellipsis (`...`), None and long or byte "
                                                 "Variables are valid indices (got {})",
                                                 session_.type_name(value)));
        }
    };
    for (const Expr* expr : indices) {
        if (const auto* range = as<Slice>(expr)) {
            const indexing::Slice::Bound start = bound(range->start), stop = bound(range->stop);
            const int64_t step = bound(range->step).value_or(1);
            if (step <= 0)
                jit::raise("ValueError", step == 0 ? "slice step cannot be zero" : "step must be greater than zero");
            found.emplace_back(indexing::Slice(start, stop, step));
            continue;
        }
        const auto* constant = as<Constant>(expr);
        if (constant && constant->is_ellipsis) {
            found.emplace_back(indexing::Ellipsis);
            continue;
        }
        const IValue value = evaluate(*expr);
        if (value.is_tuple() && indices.size() == 1) {
            for (const IValue& element : value.to_tuple().elements) add(element);
        } else {
            add(value);
        }
    }
    return found;
}

void Evaluator::assign_subscript(const Subscript& target, const IValue& value) {
    const IValue container = evaluate(*target.value);
    if (container.is_tensor()) {
        if (!value.is_tensor() && !value.is_scalar())
            jit::raise("TypeError", fmt::format("can't assign a {} to a torch.{}Tensor", session_.type_name(value),
                                                scalar_name_of(container.tensor_ref().dtype())));
        return set_item(container.tensor_ref(), tensor_indices(target.indices), value);
    }
    if (target.indices.size() != 1 || as<Slice>(target.indices[0]))
        jit::raise("TypeError", "slices of lists cannot be assigned");
    const IValue key = evaluate(*target.indices[0]);
    if (container.is_list()) {
        auto& list = container.to_list();
        check_element(session_, list.element_type, value);
        list.items[index(key, list.items.size(), "list assignment index out of range")] = value;
    } else if (container.is_dict()) {
        check_element(session_, container.to_dict().key_type, key);
        check_element(session_, container.to_dict().value_type, value);
        container.to_dict().set(key, value);
    } else {
        IValue method;
        if (!session_.find_attribute(container, "__setitem__", method))
            jit::raise("TypeError",
                       fmt::format("'{}' object does not support item assignment", session_.type_name(container)));
        session_.call(method, {{key, value}, {}});
    }
}

void Evaluator::comprehension(const std::vector<Comprehension>& loops, size_t level, FunctionRef<void()> body) {
    // Its variables are its own.
    const ScopePtr outside = scope_;
    const Comprehension& loop = loops[level];
    const std::vector<IValue> values = session_.elements(evaluate(*loop.iterable));
    scope_ = make_intrusive<Scope>(outside, outside->qualifier());
    for (const IValue& value : values) {
        session_.step();
        assign(*loop.target, value);
        bool passes = true;
        for (const Expr* condition : loop.conditions) passes = passes && session_.is_true(evaluate(*condition));
        if (!passes) continue;
        if (level + 1 < loops.size()) {
            comprehension(loops, level + 1, body);
        } else {
            body();
        }
    }
    scope_ = outside;
}

IValue Evaluator::formatted(const FormattedString& expr) {
    std::string text;
    for (const FormattedString::Piece& piece : expr.pieces) {
        if (!piece.value) {
            text += piece.text;
            continue;
        }
        const IValue value = evaluate(*piece.value);
        if (piece.conversion == 'r' || piece.conversion == 'a') {
            text += format_value(session_, IValue(session_.repr(value)), piece.format_spec);
        } else if (piece.conversion == 's') {
            text += format_value(session_, IValue(session_.str(value)), piece.format_spec);
        } else {
            text += format_value(session_, value, piece.format_spec);
        }
    }
    return IValue(std::move(text));
}

}  // namespace wick::jit
