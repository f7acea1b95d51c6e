#include "frontend/constant_expression.h"

#include <complex>
#include <fmt/format.h>
#include <limits>

#include <wick/support/error.h>

#include "frontend/sugared_value.h"
#include "frontend/type_parser.h"
#include "ir/graph.h"

namespace wick::jit {

namespace {

class Evaluator {
 public:
    explicit Evaluator(Resolver& resolver) : resolver_(resolver) {}

    IValue evaluate(const ast::Expr& expr, const TypePtr& type) {
        IValue value = convert(plain(expr, type), type);
        if (type && !value.type()->is_subtype_of(*type) && !is_empty_container(value)) {
            throw CompileError(expr.range, fmt::format("expected a constant of type {} but found {}",
                                                       type->annotation_str(), value.type()->annotation_str()));
        }
        return value;
    }

 private:
    static bool is_empty_container(const IValue& value) {
        return (value.is_list() && value.to_list().items.empty()) || (value.is_dict() && value.to_dict().size() == 0);
    }

    /// An int where a float is expected, a number where a complex is.
    static IValue convert(IValue value, const TypePtr& type) {
        if (!type) return value;
        const Type& target = type->is(TypeKind::Optional) ? *type->contained(0) : *type;
        if (value.is_int() && target.is(TypeKind::Float)) return IValue(static_cast<double>(value.to_int()));
        if ((value.is_int() || value.is_double()) && target.is(TypeKind::Complex))
            return IValue(value.to_scalar().to_complex());
        return value;
    }

    static TypePtr element_hint(const TypePtr& type, TypeKind kind, size_t i) {
        if (!type) return {};
        const TypePtr& inner = type->is(TypeKind::Optional) ? type->contained(0) : type;
        return inner->is(kind) && i < inner->contained().size() ? inner->contained(i) : TypePtr();
    }

    [[noreturn]] static void fail(const ast::Expr& expr) {
        throw CompileError(expr.range, "expected a constant expression here");
    }

    IValue plain(const ast::Expr& expr, const TypePtr& type) {
        switch (expr.kind) {
            case ast::ExprKind::Constant: {
                const auto& constant = static_cast<const ast::Constant&>(expr);
                if (constant.is_ellipsis) fail(expr);
                return constant.value;
            }
            case ast::ExprKind::Unary:
                return unary(static_cast<const ast::Unary&>(expr), type);
            case ast::ExprKind::Name:
            case ast::ExprKind::Attribute:
                return named(expr);
            case ast::ExprKind::Binary:
                return complex_number(static_cast<const ast::Binary&>(expr));
            case ast::ExprKind::Tuple:
                return tuple(static_cast<const ast::Tuple&>(expr), type);
            case ast::ExprKind::List:
                return list(static_cast<const ast::List&>(expr), type);
            case ast::ExprKind::Dict:
                return dict(static_cast<const ast::Dict&>(expr), type);
            case ast::ExprKind::Call:
                return call(static_cast<const ast::Call&>(expr));
            default:
                fail(expr);
        }
    }

    IValue unary(const ast::Unary& unary, const TypePtr& type) {
        const IValue value = plain(*unary.operand, type);
        if (unary.op == TokenKind::Not && value.is_bool()) return IValue(!value.to_bool());
        if (unary.op == TokenKind::Plus && value.is_scalar()) return value;
        if (unary.op == TokenKind::Minus) {
            if (value.is_int()) return IValue(static_cast<int64_t>(-static_cast<uint64_t>(value.to_int())));
            if (value.is_double()) return IValue(-value.to_double());
            if (value.is_complex()) return IValue(-value.to_complex());
        }
        fail(unary);
    }

    /// 1.+2.j: the parts are summed one by one, as a sum of complex numbers would lose the sign of a zero.
    IValue complex_number(const ast::Binary& sum) {
        const IValue real = plain(*sum.left, {});
        const IValue imaginary = plain(*sum.right, {});
        if ((sum.op != TokenKind::Plus && sum.op != TokenKind::Minus) || !imaginary.is_complex() ||
            !(real.is_int() || real.is_double()))
            fail(sum);
        const double part = imaginary.to_complex().imag();
        return IValue(std::complex<double>(real.to_scalar().to_double(), sum.op == TokenKind::Plus ? part : -part));
    }

    IValue named(const ast::Expr& expr) {
        const std::string name = dotted_name(&expr);
        if (name.starts_with("CONSTANTS.")) {
            Graph scratch;
            if (const auto table = resolver_.resolve_value("CONSTANTS", scratch, expr.range)) {
                const SugaredPtr entry = table->attr(expr.range, scratch, name.substr(name.find('.') + 1));
                return *constant_value(entry->as_value(expr.range, scratch));
            }
        }
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
        if (name == "inf" || name == "math.inf") return IValue(kInfinity);
        if (name == "nan" || name == "math.nan") return IValue(kNan);
        if (name == "infj") return IValue(std::complex<double>(0, kInfinity));
        if (name == "nanj") return IValue(std::complex<double>(0, kNan));
        if (const size_t dot = name.rfind('.'); dot != name.npos) {
            const TypePtr type = resolver_.resolve_type(name.substr(0, dot), expr.range);
            const auto* enumeration = type ? type->cast<EnumType>() : nullptr;
            for (size_t i = 0; enumeration && i < enumeration->members().size(); ++i) {
                if (enumeration->members()[i].first == name.substr(dot + 1)) {
                    return IValue(make_intrusive<EnumObject>(type, i));
                }
            }
        }
        fail(expr);
    }

    IValue tuple(const ast::Tuple& tuple, const TypePtr& type) {
        // A tuple stands for a list where one is expected.
        if (element_hint(type, TypeKind::List, 0)) return elements(tuple.elements, type);
        std::vector<IValue> values;
        for (size_t i = 0; i < tuple.elements.size(); ++i) {
            values.push_back(evaluate(*tuple.elements[i], element_hint(type, TypeKind::Tuple, i)));
        }
        return IValue(make_tuple(std::move(values)));
    }

    IValue list(const ast::List& list, const TypePtr& type) { return elements(list.elements, type); }

    IValue elements(const ast::Exprs& exprs, const TypePtr& type) {
        TypePtr element = element_hint(type, TypeKind::List, 0);
        std::vector<IValue> values;
        for (const ast::Expr* expr : exprs) values.push_back(evaluate(*expr, element));
        if (!element) {
            element = values.empty() ? tensor_type() : values[0].type();
            for (size_t i = 1; i < values.size(); ++i) {
                element = unify_types(element, values[i].type());
                if (!element) throw CompileError(exprs[i]->range, "Lists must contain only a single type");
            }
        }
        return IValue(make_list(std::move(element), std::move(values)));
    }

    IValue dict(const ast::Dict& dict, const TypePtr& type) {
        TypePtr key_type = element_hint(type, TypeKind::Dict, 0);
        TypePtr value_type = element_hint(type, TypeKind::Dict, 1);
        std::vector<std::pair<IValue, IValue>> items;
        for (size_t i = 0; i < dict.keys.size(); ++i) {
            IValue key = evaluate(*dict.keys[i], key_type);
            items.emplace_back(std::move(key), evaluate(*dict.values[i], value_type));
        }
        if (!key_type) key_type = items.empty() ? string_type() : items[0].first.type();
        if (!value_type) value_type = items.empty() ? tensor_type() : items[0].second.type();
        auto result = make_dict(std::move(key_type), std::move(value_type));
        for (auto& [key, value] : items) result->set(std::move(key), std::move(value));
        return IValue(std::move(result));
    }

    IValue call(const ast::Call& call) {
        std::string callee = dotted_name(call.callee);
        if ((callee == "annotate" || callee == "torch.jit.annotate") && call.args.size() == 2 &&
            call.keywords.empty()) {
            return evaluate(*call.args[1], parse_type(*call.args[0], resolver_));
        }
        if (call.args.size() == 1) {
            const auto* text = ast::as<ast::Constant>(call.args[0]);
            if (callee == "torch.device" && text && text->value.is_string())
                return IValue(Device::parse(text->value.to_string()));
            if (callee == "float" && text && text->value.is_string()) {
                const std::string& name = text->value.to_string();
                constexpr double kInfinity = std::numeric_limits<double>::infinity();
                if (name == "inf" || name == "+inf") return IValue(kInfinity);
                if (name == "-inf") return IValue(-kInfinity);
                if (name == "nan") return IValue(std::numeric_limits<double>::quiet_NaN());
            }
        }
        const TypePtr type = resolver_.resolve_type(callee, call.range);
        const auto* record = type ? type->cast<TupleType>() : nullptr;
        if (!record || !call.keywords.empty() || call.args.size() != record->contained().size()) fail(call);
        std::vector<IValue> fields;
        for (size_t i = 0; i < call.args.size(); ++i) fields.push_back(evaluate(*call.args[i], record->contained(i)));
        return IValue(make_tuple(std::move(fields), type));
    }

    Resolver& resolver_;
};

}  // namespace

IValue evaluate_constant(const ast::Expr& expr, const TypePtr& type, Resolver& resolver) {
    return Evaluator(resolver).evaluate(expr, type);
}

}  // namespace wick::jit
