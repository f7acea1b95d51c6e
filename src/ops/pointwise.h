#pragma once
// Pointwise operators: an expression (expr.h) with a rule for dtypes, applied with broadcasting.
//
//   ops.add("aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor")
//      .pointwise([](Expr x, Expr slope) { return where(x > 0, x, x * slope); }).inplace().out();
//
// The lambda has one parameter per schema argument, in order: Expr for a Tensor or a number, std::optional<Expr> for
// one that may be None, and std::string_view, std::optional<std::string_view>, bool or int64_t for an argument that
// selects among expressions. The body runs once per combination of the latter; afterwards only its record is used.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/vector_machine.h"

namespace wick::ops {

/// A set of arguments, by position.
using ArgumentSet = uint32_t;
constexpr bool contains(ArgumentSet set, size_t argument) { return set >> argument & 1; }

/// How dtypes follow from the operands. Tensors of one or more dimensions decide first, then 0-d tensors, then numbers,
/// each only where its category (bool < int < float < complex) is higher: PyTorch's type promotion. Numbers count when
/// their argument is named self, other, exponent, end, min or max; the others (alpha, value, slope, …) are converted.
enum class DTypeRule : uint8_t {
    promote,       ///< compute and return the promoted dtype
    int_to_float,  ///< as promote, with integers and bool becoming float32
    compare,       ///< compute in the promoted dtype, return bool
    integral,      ///< promote; floats and complex numbers are refused
    floating,      ///< promote; integers and bool are refused
    real,          ///< promote; complex computes in complex and returns its real part's dtype
};

struct Rule {
    DTypeRule kind = DTypeRule::promote;
    /// Throws when the operands' dtypes do not suit the operator.
    void (*check)(std::span<const DType> tensors) = nullptr;
    /// The same for an operand that is only asked whether it is true.
    void (*check_flag)(DType tensor) = nullptr;
};
inline constexpr Rule kPromote{};
inline constexpr Rule kIntToFloat{DTypeRule::int_to_float};
inline constexpr Rule kCompare{DTypeRule::compare};
inline constexpr Rule kIntegral{DTypeRule::integral};
inline constexpr Rule kFloating{DTypeRule::floating};
inline constexpr Rule kReal{DTypeRule::real};

/// A tensor or a number given to a pointwise operator.
struct Operand {
    const Tensor* tensor = nullptr;
    Scalar number;
    bool promotes = true;  ///< whether a number takes part in promotion
    Operand() = default;
    Operand(const Tensor& tensor) : tensor(&tensor) {}
    Operand(const Scalar& number, bool promotes = true) : number(number), promotes(promotes) {}
    Operand(double number) : number(number) {}
    Operand(int number) : number(number) {}
    Operand(int64_t number) : number(number) {}
};

/// PyTorch's result_type of the operands.
DType result_type(std::span<const Operand> operands);

/// One expression with its programs per compute type, made when first needed. Safe to use from many threads.
class PointwiseKernel {
 public:
    PointwiseKernel(std::string name, Rule rule, ExprGraph graph, size_t inputs);
    ~PointwiseKernel();
    const ExprGraph& graph() const { return graph_; }
    /// The inputs that the gradient of `input` depends on, beside the gradient of the result (expr_derivative.h); null
    /// where it is 0 everywhere. Found when first asked for and kept.
    std::optional<ArgumentSet> gradient_reads(size_t input, bool is_complex) const;

    Tensor operator()(std::span<const Operand> operands) const;
    /// Writes to `out`, which must have the broadcast shape (`resizes`: is given it) and a dtype that takes the result.
    void run_into(const Tensor& out, std::span<const Operand> operands, bool resizes) const;

 private:
    struct Types {
        DType compute;
        DType result;
    };
    Types types_of(std::span<const Operand> operands) const;
    const VectorProgram& program(DType compute) const;
    void run(const Tensor& out, std::span<const Operand> operands, DType compute) const;

    std::string name_;
    Rule rule_;
    ExprGraph graph_;
    size_t inputs_;
    std::vector<bool> flag_inputs_;
    mutable std::atomic<const VectorProgram*> programs_[kernels::kLanes] = {};
    mutable std::vector<std::atomic<uint32_t>> gradient_reads_;  ///< per input, real and complex; 0: not known yet
};

}  // namespace wick::ops

namespace wick::jit {

using ops::ArgumentSet;
using ops::contains;
using ops::Expr;
using ops::kCompare;
using ops::kFloating;
using ops::kIntegral;
using ops::kIntToFloat;
using ops::kPromote;
using ops::kReal;
using ops::Rule;

/// What a body's parameters are made from: the arguments of a call, of which only those that select are looked at.
struct PointwiseRecording {
    ops::ExprRecorder& recorder;
    Args args;
    ArgumentSet ones;  ///< factors that are 1, as alpha mostly is: there is nothing to multiply
};

template <class T>
struct PointwiseParameter;
template <>
struct PointwiseParameter<Expr> {
    static constexpr bool kSelects = false;
    static Expr make(PointwiseRecording& r, size_t i) {
        return contains(r.ones, i) ? Expr(1) : Expr(&r.recorder, r.recorder.input(static_cast<int16_t>(i)));
    }
};
template <>
struct PointwiseParameter<std::optional<Expr>> {
    static constexpr bool kSelects = false;
    static std::optional<Expr> make(PointwiseRecording& r, size_t i) {
        return r.args[i].is_none() ? std::nullopt : std::optional(PointwiseParameter<Expr>::make(r, i));
    }
};
template <class T>
requires requires(const IValue& v) { Unbox<T>::from(v); }
struct PointwiseParameter<T> {
    static constexpr bool kSelects = true;
    static T make(PointwiseRecording& r, size_t i) { return Unbox<T>::from(r.args[i]); }
};

/// The body of a pointwise operator and of its in-place and out= variants.
class PointwiseBody {
 public:
    using Build = std::function<Expr(PointwiseRecording&)>;
    PointwiseBody(const Operator& op, Rule rule, std::vector<bool> selects, Build build);
    ~PointwiseBody();

    /// Per argument: chooses the expression, is not an operand.
    const std::vector<bool>& selects() const { return selects_; }
    /// What the arguments' names say.
    struct Roles {
        ArgumentSet promotes = 0;  ///< take part in promotion when they are numbers
        ArgumentSet alphas = 0;    ///< factors, checked against the result's category
    };
    const Roles& roles() const;
    /// The expression that the arguments select; recorded on first use. `args` may be longer than the parameters.
    const ops::PointwiseKernel& kernel_for(Args args) const;

 private:
    struct Variant;
    const Operator& op_;
    const Rule rule_;
    const std::vector<bool> selects_;
    const Build build_;
    mutable std::once_flag roles_known_;
    mutable Roles roles_;
    mutable std::atomic<const Variant*> variants_{nullptr};
};

void call_pointwise(const Operator& op, const void*, Args args, IValue* results);

template <class... P>
std::vector<bool> pointwise_selects(Expr (*)(P...)) {
    return {PointwiseParameter<std::remove_cvref_t<P>>::kSelects...};
}
template <class... P>
Expr build_pointwise(Expr (*body)(P...), PointwiseRecording& recording) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
        return body(PointwiseParameter<std::remove_cvref_t<P>>::make(recording, I)...);
    }
    (std::index_sequence_for<P...>());
}

template <class R, class Build>
OperatorEntry& OperatorEntry::pointwise(R rule, std::vector<bool> selects, Build build) {
    op_->pointwise = std::make_shared<PointwiseBody>(*op_, rule, std::move(selects), std::move(build));
    op_->kernel = Kernel{&call_pointwise, nullptr};
    return *this;
}
template <class R, class F>
OperatorEntry& OperatorEntry::pointwise(R rule, F build) {
    return pointwise(rule, pointwise_selects(+build),
                     [build](PointwiseRecording& recording) { return build_pointwise(+build, recording); });
}
template <class F>
OperatorEntry& OperatorEntry::pointwise(F build) {
    return pointwise(kPromote, build);
}

}  // namespace wick::jit

namespace wick::ops {

/// Applies an expression written in place, for kernels that are made of pointwise steps:
///   pointwise(kPromote, [](Expr a, Expr b) { return a * b; }, x, 2.0)
template <class F, class... O>
Tensor pointwise(Rule rule, F build, const O&... operands) {
    static const PointwiseKernel kernel = [&] {
        ExprRecorder recorder;
        const Expr result = [&]<size_t... I>(std::index_sequence<I...>) {
            return build((static_cast<void>(sizeof(O)), Expr(&recorder, recorder.input(static_cast<int16_t>(I))))...);
        }
        (std::index_sequence_for<O...>());
        const int16_t node = result.node_in(recorder);
        return PointwiseKernel("pointwise", rule, std::move(recorder).finish(node), sizeof...(O));
    }();
    const Operand list[] = {Operand(operands)...};
    return kernel(list);
}

}  // namespace wick::ops
