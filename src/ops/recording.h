#pragma once
// The door from the operators up to autograd: calls that backward passes will want to go back through.

#include <span>

#include <wick/tensor/grad_mode.h>

#include "ops/registry.h"

namespace wick::jit {

struct Graph;

/// Whether any tensor among the arguments wants gradients, directly or in a list.
bool wants_gradient(Args args);

/// Whether a call in gradient mode is more than its kernel: it has something to record, or makes views, which have to
/// know what they are views of.
inline bool is_recorded(const Operator& op, Args args) {
    return op.is_view || (op.differentiation != Differentiation::by_parts && wants_gradient(args));
}

/// The call with its record. (autograd/record.cpp)
void call_recorded(const Operator& op, Args args, IValue* results);

/// Another body computed `value` for an in-place operator: `self` gets its history, before it gets the elements.
/// OpError where it may not be written to. (autograd/record.cpp)
void record_overwritten(const Tensor& self, const Tensor& value);

// Pieces of a program that are recorded as one function. (autograd/graph_gradient.cpp)
/// What a prim::DifferentiableGraph is run by.
IntrusivePtr<RefCounted> make_differentiable(std::shared_ptr<Graph> graph);
/// One call of it, whose caller runs the body with the inputs in between.
struct GroupCall {
    Function* body;                   ///< gives the outputs, and behind them what the record is to keep
    size_t outputs;                   ///< that the piece has
    IntrusivePtr<RefCounted> record;  ///< null when no gradient is wanted; otherwise the body runs without recording
};
GroupCall begin_group(RefCounted& group, Args inputs);
/// Takes all that the body gave: the outputs get their history.
void end_group(RefCounted& record, std::span<IValue> results);

/// The name of the function that the tensor is a result of, "MulBackward0"; "" of a leaf. (autograd/autograd.cpp)
std::string gradient_function_name(const Tensor& tensor);
/// Which of that function's results it is; 0 of a leaf. (autograd/autograd.cpp)
int64_t gradient_output_number(const Tensor& tensor);

// autograd::grad and autograd::backward, for the operators of these names. (autograd/autograd.cpp)
std::vector<Tensor> gradients_of(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                                 const std::vector<Tensor>& gradients, std::optional<bool> retain_graph,
                                 bool create_graph, bool allow_unused);
void run_backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& gradients,
                  std::optional<bool> retain_graph, bool create_graph);

}  // namespace wick::jit
