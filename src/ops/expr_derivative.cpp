#include "ops/expr_derivative.h"

#include <cmath>
#include <numbers>
#include <vector>

#include <wick/support/check.h>

namespace wick::ops {
namespace {

using Derivative = std::optional<Expr>;  // null: 0

/// Derivatives of a node by the input and, in complex computations, by its conjugate.
struct Derivatives {
    Derivative plain;
    Derivative conjugate;
};

class Differentiator {
 public:
    Differentiator(const ExprGraph& graph, int16_t input, bool is_complex)
        : graph_(graph), input_(input), is_complex_(is_complex) {}

    /// The gradient in a recorder of its own, with values on the way that it may not need.
    std::optional<ExprGraph> run(int16_t gradient) {
        for (const ExprNode& node : graph_.nodes) {
            values_.push_back(record(node));
            derivatives_.push_back(derivatives_of(node));
        }
        const Derivatives& result = derivatives_[graph_.result];
        const Expr given(&recorder_, recorder_.input(gradient));
        Derivative sum;
        if (result.plain) sum = times(given, is_complex_ ? conj(*result.plain) : *result.plain);
        if (result.conjugate) sum = plus(sum, times(conj(given), *result.conjugate));
        if (!sum) return {};
        const int16_t node = sum->node_in(recorder_);
        return std::move(recorder_).finish(node);
    }

 private:
    Expr record(const ExprNode& node) {
        switch (node.kind) {
            case ExprNode::Kind::input:
                return Expr(&recorder_, recorder_.input(node.input));
            case ExprNode::Kind::constant:
                return Expr(&recorder_, recorder_.constant(node.constant));
            case ExprNode::Kind::apply:
                break;
        }
        const size_t count = info(node.primitive).operands.size();
        int16_t operands[3];
        for (size_t i = 0; i < count; ++i) operands[i] = values_[node.operands[i]].node_in(recorder_);
        return Expr(&recorder_, recorder_.apply(node.primitive, {operands, count}));
    }

    const ExprNode& node_of(const Expr& value) { return recorder_.node(value.node_in(recorder_)); }
    bool is_constant(const Expr& value, double number) {
        const ExprNode& node = node_of(value);
        return node.kind == ExprNode::Kind::constant && !node.constant.is_complex() &&
               node.constant.to_double() == number;
    }
    bool is_constant(int16_t operand) const { return graph_.nodes[operand].kind == ExprNode::Kind::constant; }

    /// The product, made inside the branches of `where`, so that those not taken are never multiplied with.
    Expr times(const Expr& a, const Expr& b) {
        if (is_constant(a, 1) || is_constant(b, 0)) return b;
        if (is_constant(b, 1) || is_constant(a, 0)) return a;
        const ExprNode node = node_of(b);
        if (node.kind == ExprNode::Kind::apply && node.primitive == Primitive::where)
            return where(at(node.operands[0]), times(a, at(node.operands[1])), times(a, at(node.operands[2])));
        return a * b;
    }
    Expr at(int16_t node) { return Expr(&recorder_, node); }
    Derivative times(const Derivative& a, const Expr& factor) {
        return a ? Derivative(times(factor, *a)) : std::nullopt;
    }
    static Derivative plus(const Derivative& a, const Derivative& b) {
        if (!a || !b) return a ? a : b;
        return *a + *b;
    }
    static Derivative minus(const Derivative& a) { return a ? Derivative(-*a) : std::nullopt; }
    static Derivative choose(const Expr& condition, const Derivative& a, const Derivative& b) {
        if (!a && !b) return {};
        if (!a) return where(!condition, *b, 0.0);
        if (!b) return where(condition, *a, 0.0);
        return where(condition, *a, *b);
    }
    static Derivative conjugated(const Derivative& a) { return a ? Derivative(conj(*a)) : std::nullopt; }

    Derivatives derivatives_of(const ExprNode& node) {
        if (node.kind == ExprNode::Kind::input)
            return node.input == input_ ? Derivatives{Expr(&recorder_, recorder_.constant(Scalar(1))), {}}
                                        : Derivatives();
        if (node.kind == ExprNode::Kind::constant || info(node.primitive).result == 'F') return {};
        const size_t count = info(node.primitive).operands.size();
        bool depends = false;
        for (size_t i = 0; i < count; ++i) {
            const Derivatives& operand = derivatives_[node.operands[i]];
            depends = depends || operand.plain || operand.conjugate;
        }
        if (!depends) return {};
        if (is_complex_ && node.primitive == Primitive::conj) {
            const Derivatives& a = derivatives_[node.operands[0]];
            return {conjugated(a.conjugate), conjugated(a.plain)};
        }
        if (is_complex_ && (node.primitive == Primitive::abs || node.primitive == Primitive::sign))
            return through_modulus(node);
        return {chain(node, &Derivatives::plain), chain(node, &Derivatives::conjugate)};
    }

    /// |z| and z / |z| depend on z and conj(z).
    Derivatives through_modulus(const ExprNode& node) {
        const Derivatives& inner = derivatives_[node.operands[0]];
        const Expr z = values_[node.operands[0]];
        const Expr size = abs(z);
        const Expr zero = size == 0;
        Expr by_z = where(zero, 0.0, conj(z) / (2.0 * size));
        Expr by_conjugate = where(zero, 0.0, z / (2.0 * size));
        if (node.primitive == Primitive::sign) {
            by_z = where(zero, 0.0, 0.5 / size);
            by_conjugate = where(zero, 0.0, -(z * z) / (2.0 * size * size * size));
        }
        return {plus(times(inner.plain, by_z), times(conjugated(inner.conjugate), by_conjugate)),
                plus(times(inner.conjugate, by_z), times(conjugated(inner.plain), by_conjugate))};
    }

    /// The chain rule of a function of its operands alone, for one of the two derivatives.
    Derivative chain(const ExprNode& node, Derivative Derivatives::*which) {
        const auto operand = [&](size_t i) { return values_[node.operands[i]]; };
        const auto derivative = [&](size_t i) { return derivatives_[node.operands[i]].*which; };
        const Expr value = record(node);
        const Expr a = operand(0);
        const Derivative da = derivative(0);
        const auto by = [&](const Expr& factor) { return times(da, factor); };
        switch (node.primitive) {
            case Primitive::add:
                return plus(da, derivative(1));
            case Primitive::sub:
                return plus(da, minus(derivative(1)));
            case Primitive::mul:
                return plus(by(operand(1)), times(derivative(1), a));
            case Primitive::div:
                return plus(by(1.0 / operand(1)), minus(times(derivative(1), value / operand(1))));
            case Primitive::remainder:
                return plus(da, minus(times(derivative(1), floordiv(a, operand(1)))));
            case Primitive::fmod:
                return plus(da, minus(times(derivative(1), truncdiv(a, operand(1)))));
            case Primitive::pow:
                return power(node, a, da, operand(1), derivative(1), value);
            case Primitive::atan2: {
                const Expr b = operand(1);
                const Expr square = a * a + b * b;
                return plus(by(b / square), minus(times(derivative(1), a / square)));
            }
            case Primitive::hypot:
                return plus(by(a / value), times(derivative(1), operand(1) / value));
            case Primitive::copysign:
                return by(where(a == 0, 0.0, value / a));
            case Primitive::max:
            case Primitive::min:
                return larger_or_smaller(node, a, da, operand(1), derivative(1));
            case Primitive::fmax:
                return choose(a >= operand(1) || is_nan(operand(1)), da, derivative(1));
            case Primitive::fmin:
                return choose(a <= operand(1) || is_nan(operand(1)), da, derivative(1));
            case Primitive::where:
                return choose(a, derivative(1), derivative(2));
            case Primitive::neg:
                return minus(da);
            case Primitive::conj:
                return da;
            case Primitive::abs:
                return by(sign(a));
            case Primitive::sqrt:
                return by(0.5 / value);
            case Primitive::rsqrt:
                return by(-0.5 * (value * value * value));
            case Primitive::exp:
                return by(value);
            case Primitive::exp2:
                return by(value * std::numbers::ln2);
            case Primitive::expm1:
                return by(value + 1.0);
            case Primitive::log:
                return by(1.0 / a);
            case Primitive::log1p:
                return by(1.0 / (a + 1.0));
            case Primitive::log2:
                return by(1.0 / (a * std::numbers::ln2));
            case Primitive::log10:
                return by(1.0 / (a * std::numbers::ln10));
            case Primitive::sin:
                return by(cos(a));
            case Primitive::cos:
                return by(-sin(a));
            case Primitive::tan:
                return by(1.0 + value * value);
            case Primitive::asin:
                return by(rsqrt(1.0 - a * a));
            case Primitive::acos:
                return by(-rsqrt(1.0 - a * a));
            case Primitive::atan:
                return by(1.0 / (a * a + 1.0));
            case Primitive::sinh:
                return by(cosh(a));
            case Primitive::cosh:
                return by(sinh(a));
            case Primitive::tanh:
                return by(1.0 - value * value);
            case Primitive::asinh:
                return by(rsqrt(a * a + 1.0));
            case Primitive::acosh:
                return by(rsqrt(a - 1.0) * rsqrt(a + 1.0));
            case Primitive::atanh:
                return by(1.0 / (1.0 - a * a));
            case Primitive::sigmoid:
                return by(value * (1.0 - value));
            case Primitive::erf:
                return by(2.0 * std::numbers::inv_sqrtpi * exp(-(a * a)));
            case Primitive::erfc:
                return by(-2.0 * std::numbers::inv_sqrtpi * exp(-(a * a)));
            case Primitive::erfinv:
                return by(0.5 / std::numbers::inv_sqrtpi * exp(value * value));
            case Primitive::lgamma:
                return by(digamma(a));
            case Primitive::digamma:
            case Primitive::nextafter:
                throw OpError(fmt::format("derivative for {} is not implemented", info(node.primitive).name));
            default:
                return {};  // steps: floor, round, sign, integer and bit operations
        }
    }

    Derivative power(const ExprNode& node, const Expr& base, const Derivative& dbase, const Expr& exponent,
                     const Derivative& dexponent, const Expr& value) {
        Derivative sum;
        if (dbase) {
            const Expr slope = exponent * pow(base, exponent - 1.0);
            sum = times(dbase, is_constant(node.operands[1]) ? slope : where(exponent == 0, 0.0, slope));
        }
        if (dexponent) {
            // 0 ** positive does not depend on the exponent.
            const Expr flat = is_complex_ ? base == 0 : base == 0 && exponent >= 0;
            sum = plus(sum, times(dexponent, where(flat, 0.0, value * log(base))));
        }
        return sum;
    }

    Derivative larger_or_smaller(const ExprNode& node, const Expr& a, const Derivative& da, const Expr& b,
                                 const Derivative& db) {
        const bool is_max = node.primitive == Primitive::max;
        const Expr takes_a = is_max ? a > b : a < b;
        if (is_constant(node.operands[0])) return choose(is_max ? b > a : b < a, db, da);
        if (is_constant(node.operands[1])) return choose(takes_a, da, db);
        const Expr same = a == b;
        const Derivative half_a = times(da, Expr(&recorder_, recorder_.constant(Scalar(0.5))));
        const Derivative half_b = times(db, Expr(&recorder_, recorder_.constant(Scalar(0.5))));
        return choose(same, plus(half_a, half_b), choose(takes_a, da, db));
    }

    const ExprGraph& graph_;
    const int16_t input_;
    const bool is_complex_;
    ExprRecorder recorder_;
    std::vector<Expr> values_;              ///< per node of graph_
    std::vector<Derivatives> derivatives_;  ///< per node of graph_
};

/// Records what the result needs of a graph.
Expr record_needed(const ExprGraph& graph, ExprRecorder& recorder) {
    std::vector<bool> needed(graph.nodes.size());
    needed[graph.result] = true;
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        const ExprNode& node = graph.nodes[i];
        if (!needed[i] || node.kind != ExprNode::Kind::apply) continue;
        for (size_t k = 0; k < info(node.primitive).operands.size(); ++k) needed[node.operands[k]] = true;
    }
    std::vector<int16_t> copies(graph.nodes.size(), -1);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        const ExprNode& node = graph.nodes[i];
        if (!needed[i]) continue;
        if (node.kind == ExprNode::Kind::input) copies[i] = recorder.input(node.input);
        if (node.kind == ExprNode::Kind::constant) copies[i] = recorder.constant(node.constant);
        if (node.kind != ExprNode::Kind::apply) continue;
        const size_t count = info(node.primitive).operands.size();
        int16_t operands[3];
        for (size_t k = 0; k < count; ++k) operands[k] = copies[node.operands[k]];
        copies[i] = recorder.apply(node.primitive, {operands, count});
    }
    return Expr(&recorder, copies[graph.result]);
}

}  // namespace

std::optional<Expr> record_gradient(const ExprGraph& graph, int16_t input, int16_t gradient, bool is_complex,
                                    ExprRecorder& recorder) {
    const std::optional<ExprGraph> made = Differentiator(graph, input, is_complex).run(gradient);
    if (!made) return {};
    return record_needed(*made, recorder);
}

}  // namespace wick::ops
