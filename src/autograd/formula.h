#pragma once
// The derivatives that operators are registered with, compiled.

#include <atomic>
#include <string>
#include <vector>

#include <wick/types/function.h>

#include "ops/pointwise.h"
#include "ops/registry.h"

namespace wick::autograd {

/// One `derivative` of an operator as a function of its gradients, arguments and results.
struct Formula {
    /// What a value is needed for.
    enum class Need : uint8_t { nothing, geometry, elements };

    std::vector<size_t> arguments;  ///< whose gradients it gives
    jit::ArgumentSet gives = 0;     ///< the same as a set
    IntrusivePtr<jit::Function> function;
    std::vector<Need> argument_needs;  ///< per argument of the operator
    std::vector<Need> result_needs;    ///< per result
    bool needs_mask = false;
};

/// The derivatives of an operator, compiled when first asked for and kept: a recorded call takes no lock for them. A
/// formula that does not compile is an InternalError with the compiler's message. Thread-safe.
const jit::OperatorDerivatives& derivatives_of(const jit::Operator& op);

/// Whether values of the type are tensors, or lists of them; None may stand for either.
bool takes_tensor(const jit::TypePtr& type);
bool is_tensor_list(const jit::TypePtr& type);

}  // namespace wick::autograd

namespace wick::jit {

class OperatorDerivatives {
 public:
    explicit OperatorDerivatives(size_t arguments) : gradients(arguments) {}
    size_t arguments() const { return gradients.size(); }
    ArgumentSet tensors = 0;  ///< arguments that may be tensors
    ArgumentSet lists = 0;    ///< lists of tensors
    std::vector<autograd::Formula> formulas;
    /// Tensors of a pointwise operator whose gradients no formula gives; see pointwise_derivative.
    ArgumentSet by_expression = 0;
    /// Per argument: the operator that computes that gradient, null until it is asked for.
    mutable std::vector<std::atomic<const Operator*>> gradients;
};

}  // namespace wick::jit
