#pragma once
// Functions with a backward of their own, as torch::autograd::Function:
//
//   struct Cube : autograd::Function<Cube> {
//       static Tensor forward(autograd::AutogradContext* ctx, Tensor x, double factor);
//       static std::vector<Tensor> backward(autograd::AutogradContext* ctx, std::vector<Tensor> gradients);
//   };
//   Tensor y = Cube::apply(x, 2.0);
//
// forward runs without recording and gives a tensor or a vector of them. backward gets a gradient per result and
// returns one per argument of forward, undefined for those that are no tensors or have none.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include <wick/autograd/autograd.h>
#include <wick/types/ivalue.h>

namespace wick::autograd {

class CustomFunction;

// libtorch's names for what backward takes and gives.
using variable_list = std::vector<Tensor>;
using tensor_list = variable_list;

/// What forward leaves for backward.
class WICK_API AutogradContext {
 public:
    AutogradContext();
    ~AutogradContext();

    /// Tensors that backward will ask for: arguments or results of forward, or what it computed on the way. Results are
    /// kept without their history and have it again in backward, so that nothing keeps itself alive.
    void save_for_backward(std::vector<Tensor> tensors);
    /// OpError when one was changed in place since, or a backward pass has freed them.
    std::vector<Tensor> get_saved_variables() const;
    /// Arguments that forward changes in place; each has to be among the results.
    void mark_dirty(std::vector<Tensor> arguments);
    /// Results without a gradient; backward gets zeros for them. Those of integral dtypes need not be named.
    void mark_non_differentiable(std::vector<Tensor> results);
    /// Whether backward gets zeros where a result has no gradient (as it does by default), or an undefined tensor.
    void set_materialize_grads(bool on);
    /// Whether argument number `argument` of forward is a tensor that requires a gradient.
    bool needs_input_grad(size_t argument) const;
    /// Values of any kind.
    std::map<std::string, IValue> saved_data;

 private:
    friend class CustomFunction;
    struct State;
    const std::unique_ptr<State> state_;
};

/// The record of a custom function's call, whatever language its backward is written in.
class WICK_API CustomFunction : public GradFunction {
 public:
    CustomFunction();
    ~CustomFunction() override;
    /// Before forward runs: its next argument, undefined when that is no tensor.
    void add_argument(const Tensor& argument);
    /// Whether the call is recorded.
    bool is_recorded() const;
    /// After forward: gives the results their history. An argument that comes back unchanged is replaced by a view of
    /// it; undefined results are passed over.
    void set_results(std::vector<Tensor>& results);

    std::vector<Tensor> apply(const std::vector<Tensor>& gradients) final;
    void release_saved() override;

    const std::shared_ptr<AutogradContext> context;

 protected:
    /// The gradients of the arguments, one for each, from one for each of the results.
    virtual std::vector<Tensor> backward(std::vector<Tensor> gradients) = 0;

 private:
    struct Result;
    std::vector<Tensor> arguments_;  ///< until forward is done
    std::vector<Result> results_;
};

template <class T>
class Function {
 public:
    template <class... A>
    static auto apply(A&&... arguments) {
        auto node = make_intrusive<Node>();
        (add_argument(*node, arguments), ...);
        auto result = [&] {
            const NoGradGuard guard;
            return T::forward(node->context.get(), std::forward<A>(arguments)...);
        }();
        if constexpr (std::is_same_v<decltype(result), Tensor>) {
            std::vector<Tensor> results{std::move(result)};
            node->set_results(results);
            return std::move(results[0]);
        } else {
            node->set_results(result);
            return result;
        }
    }

 private:
    /// Passes of several threads go through it one at a time, as in libtorch: backward may change what is in the
    /// context.
    struct Node : CustomFunction {
        std::vector<Tensor> backward(std::vector<Tensor> gradients) override {
            const std::lock_guard lock(mutex);
            return T::backward(context.get(), std::move(gradients));
        }
        std::string name() const override { return "CppNode"; }
        void release_saved() override {
            const std::lock_guard lock(mutex);
            CustomFunction::release_saved();
        }
        std::mutex mutex;
    };

    template <class V>
    static void add_argument(Node& node, const V& value) {
        if constexpr (std::is_same_v<V, Tensor>)
            node.add_argument(value);
        else
            node.add_argument({});
    }
};

}  // namespace wick::autograd
