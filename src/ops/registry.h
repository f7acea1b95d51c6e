#pragma once
// The one registry of operators.
//
// An operator is written once, as one entry of a family file (src/ops/<family>.cpp):
//
//   void register_activation(Registry& ops) {
//       ops.add("aten::relu(Tensor self) -> Tensor")
//          .pointwise([](Expr x) { return max(x, 0); })
//          .inplace().out();
//       ops.add("aten::mm(Tensor self, Tensor mat2) -> Tensor").kernel(&mm).out()
//          .derivative("self", "grad.mm(mat2.t().conj())")
//          .derivative("mat2", "self.t().conj().mm(grad)");
//   }
//
// The schema text; then exactly one body: a pointwise expression (pointwise.h), a composite (TorchScript text compiled
// by the front end), or a kernel in C++. In-place and out= variants are derived from the entry, never written again.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <wick/types/schema.h>

#include "ops/boxing.h"

namespace wick::jit {

class PointwiseBody;        // pointwise.h
class OperatorDerivatives;  // autograd/formula.h

/// How the gradients of arguments follow from those of the results: OperatorEntry::derivative.
struct Derivative {
    std::string_view arguments;
    std::string_view expression;
};

enum class Differentiation : uint8_t {
    formulas,  ///< by derivatives, a pointwise body or a decomposition; without any, a backward pass through it fails
    none,      ///< results depend on no argument, as far as gradients go
    by_parts,  ///< the body calls operators that are recorded themselves
};

/// One operator that a program can call.
class Operator {
 public:
    /// Parsed, or derived from another operator's, when it is first asked for: a process asks for few of them.
    const Schema& schema() const {
        const Schema* known = schema_.load(std::memory_order_acquire);
        return known ? *known : make_schema();
    }
    ~Operator() { delete schema_.load(); }

    std::string name;      ///< "aten::add"
    std::string overload;  ///< "Tensor" or ""
    /// "aten::add.Tensor".
    std::string operator_name() const { return overload.empty() ? name : name + "." + overload; }
    Kernel kernel;                                   ///< never empty, except for a composite
    Kernel sparse;                                   ///< OperatorEntry::sparse
    std::shared_ptr<const PointwiseBody> pointwise;  ///< of a pointwise operator and its derived variants
    std::string composite;                           ///< TorchScript source of a `def`, or ""
    std::vector<Derivative> derivatives;
    std::string_view decomposition;  ///< TorchScript source of a `def`, or ""
    std::string_view gradient_name;  ///< OperatorEntry::gradient_name
    Differentiation differentiation = Differentiation::formulas;
    /// Reads or changes what is not among its arguments (random numbers, printing): neither folded, merged nor removed.
    bool has_side_effects = false;
    /// The kernel knows sparse tensors: OperatorEntry::any_layout.
    bool takes_any_layout = false;
    /// Its results may be views of its first argument.
    bool is_view = false;
    /// Its results go to arguments given by keyword.
    bool is_out_variant = false;
    /// Its first argument is a Tensor named self.
    bool is_tensor_method = false;
    /// The functional operator that a derived in-place or out= variant comes from, else null.
    const Operator* derived_from = nullptr;

    /// What `derivatives` and the pointwise body come to, made by `make` when it is first asked for and kept.
    const OperatorDerivatives& compiled_derivatives(const OperatorDerivatives* (*make)(const Operator&)) const {
        const OperatorDerivatives* known = compiled_derivatives_.load(std::memory_order_acquire);
        return known ? *known : make_derivatives(make);
    }

    /// Calls the kernel; in gradient mode what it does is recorded where somebody wants gradients (recording.h).
    void call(Args args, IValue* results) const;

 private:
    friend class Registry;
    friend class OperatorEntry;
    const Schema& make_schema() const;
    const OperatorDerivatives& make_derivatives(const OperatorDerivatives* (*make)(const Operator&)) const;
    Schema derived_schema() const;

    std::string text_;                         ///< of the schema; "" when derived
    std::vector<std::string_view> out_names_;  ///< given names of the added arguments
    mutable std::atomic<const Schema*> schema_{nullptr};
    mutable std::atomic<const OperatorDerivatives*> compiled_derivatives_{nullptr};
};

class Registry;

/// Completes one entry; returned by Registry::add.
class OperatorEntry {
 public:
    /// A typed C++ function or captureless lambda; boxed by its parameter types (boxing.h).
    template <class F>
    OperatorEntry& kernel(F function) {
        op_->kernel = box(function);
        return *this;
    }
    /// Body on boxed values, for generic list, dict and variadic operators.
    OperatorEntry& boxed(Kernel::Call call) {
        op_->kernel = Kernel{call, nullptr};
        return *this;
    }
    /// The body for calls with a sparse tensor among the arguments, which `kernel` never sees. It is made of calls of
    /// operators, which are recorded themselves when gradients are wanted. In-place and out= variants follow from it.
    template <class F>
    OperatorEntry& sparse(F function) {
        op_->sparse = box(function);
        return *this;
    }
    OperatorEntry& sparse_boxed(Kernel::Call call) {
        op_->sparse = Kernel{call, nullptr};
        return *this;
    }
    /// The kernel reads no elements, or asks for the layout itself.
    OperatorEntry& any_layout();
    /// A pointwise expression: a captureless lambda from Exprs (one per Tensor or number argument, in schema order) to
    /// an Expr. Defined in pointwise.h.
    template <class F>
    OperatorEntry& pointwise(F build);
    /// As above with a rule for the result's dtype (pointwise.h).
    template <class Rule, class F>
    OperatorEntry& pointwise(Rule rule, F build);
    /// A body that is made at run time; `selects` says which arguments choose the expression (pointwise.h).
    template <class Rule, class Build>
    OperatorEntry& pointwise(Rule rule, std::vector<bool> selects, Build build);
    /// `def name(args) -> type: …` in TorchScript; the front end compiles it on first use.
    OperatorEntry& composite(std::string_view source);
    /// Derives `name_` (same arguments, writes self); with the same overload name unless given.
    OperatorEntry& inplace(std::string_view overload = "");
    /// Derives the out= overload; its overload name is `out`, or `<overload>_out` for overloads other than "" and
    /// "Tensor", unless given. The added arguments are named after the results, `out` where they have no name, or
    /// `names`.
    OperatorEntry& out(std::string_view overload = "", std::initializer_list<std::string_view> names = {});
    /// The gradients of the arguments that it names ("weight, bias"), as a TorchScript expression (of a tuple for
    /// several; of a list for a Tensor[]). In it stand the arguments, the results by their names (`result`; `result0`,
    /// `result1` for several without), their gradients (`grad`; `grad_<result>` or `grad0`, `grad1` for several; the
    /// list `grads` of a Tensor[]) and `needed`, whether each of the arguments that it names is wanted. It may have the
    /// gradient's shape before broadcasting and another dtype. Texts must outlive the registry. Of a pointwise operator
    /// only what is to differ from the derivative of its expression.
    OperatorEntry& derivative(std::string_view arguments, std::string_view expression);
    /// `def name(args) -> type: …` that computes the same by operators that have derivatives: what is run in the
    /// kernel's place when gradients are wanted.
    OperatorEntry& decomposition(std::string_view source);
    /// What the function that records a call is called, where PyTorch records another operator; one of several by the
    /// rank of the result, the last of all higher ones.
    OperatorEntry& gradient_name(std::string_view name);
    OperatorEntry& not_differentiable();
    OperatorEntry& differentiated_by_parts();
    OperatorEntry& side_effects();

 private:
    friend class Registry;
    /// A variant of this entry; what is not pointwise calls the functional kernel and copies.
    std::unique_ptr<Operator> derived(Kernel::Call copying) const;
    OperatorEntry(Registry* registry, Operator* op) : registry_(registry), op_(op) {}
    Registry* registry_;
    Operator* op_;
};

class Registry {
 public:
    /// Filled once, with every family, on first use; read-only afterwards.
    static const Registry& instance();

    /// Opens an entry. A duplicate name and overload is an InternalError; a mistake in the schema shows when it is
    /// asked for.
    OperatorEntry add(std::string_view schema);
    /// Opens an entry once more, for what another family knows of it.
    OperatorEntry entry(std::string_view operator_name);

    /// All overloads of "aten::add" in the order in which calls are matched against them, which is that of
    /// registration, but that out= variants come last, and that some families have PyTorch's own order; empty when
    /// unknown.
    const std::vector<const Operator*>& find(std::string_view name) const;
    /// The overload named "aten::add.Tensor" (or "aten::relu"), or null.
    const Operator* find_overload(std::string_view operator_name) const;
    std::vector<const Operator*> all() const;

 private:
    friend class OperatorEntry;
    Operator* insert(std::unique_ptr<Operator> op);
    void put_in_pytorchs_order();

    std::vector<std::unique_ptr<Operator>> operators_;
    std::unordered_map<std::string_view, std::vector<const Operator*>> by_name_;  // keys: names of the operators
};

/// Calls an operator by its full name from C++ ("aten::add.Tensor"); missing trailing arguments take their defaults.
IValue call_operator(std::string_view operator_name, std::vector<IValue> arguments);

}  // namespace wick::jit
