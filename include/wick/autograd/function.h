#pragma once
// Functions with a backward of their own, as torch::autograd::Function:
//
//   struct Cube : autograd::Function<Cube> {
//       static Tensor forward(autograd::AutogradContext* ctx, Tensor x, double factor);
//       static std::vector<Tensor> backward(autograd::AutogradContext* ctx, std::vector<Tensor> gradients);
//   };
//   Tensor y = Cube::apply(x, 2.0);
//
// backward gets a gradient per result, of zeros where there is none, and returns one per argument of forward, undefined
// for those that are no tensors or have none.

#include <cstring>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include <wick/autograd/autograd.h>
#include <wick/support/error.h>
#include <wick/types/ivalue.h>

namespace wick::autograd {

/// What forward leaves for backward.
class AutogradContext {
 public:
    /// Tensors that backward will ask for: arguments or results of forward. OpError from get_saved_variables when one
    /// was changed in place since, or was freed by a backward pass.
    void save_for_backward(std::vector<Tensor> tensors) {
        saved_ = std::move(tensors);
        for (const Tensor& tensor : saved_)
            versions_.push_back(tensor.defined() ? tensor.impl()->storage->version() : 0);
    }
    const std::vector<Tensor>& get_saved_variables() const {
        if (freed_) throw OpError("Trying to backward through the graph a second time");
        for (size_t i = 0; i < saved_.size(); ++i) {
            if (saved_[i].defined() && saved_[i].impl()->storage->version() != versions_[i])
                throw OpError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation");
        }
        return saved_;
    }
    void free_saved() {
        saved_.clear();
        freed_ = true;
    }
    std::map<std::string, IValue> saved_data;

 private:
    std::vector<Tensor> saved_;
    std::vector<uint32_t> versions_;
    bool freed_ = false;
};

template <class T>
class Function {
 public:
    template <class... A>
    static auto apply(A&&... arguments) {
        auto node = make_intrusive<Node>();
        bool records = false;
        (node->add_edge(arguments, records), ...);
        records = records && GradMode::is_enabled();
        auto result = [&] {
            const NoGradGuard guard;
            return T::forward(&node->context, std::forward<A>(arguments)...);
        }();
        if (records) set_history_of(result, node);
        return result;
    }

 private:
    struct Node : GradFunction {
        std::vector<Tensor> apply(const std::vector<Tensor>& gradients) override {
            std::vector<Tensor> given = gradients;
            for (size_t i = 0; i < given.size(); ++i)
                if (!given[i].defined()) given[i] = zeros_of(outputs[i]);
            std::vector<Tensor> found = T::backward(&context, std::move(given));
            if (found.size() != edges.size())
                throw OpError("a custom function's backward returned another number of gradients than forward takes");
            return found;
        }
        std::string name() const override { return "CppNode"; }
        void release_saved() override { context.free_saved(); }

        template <class V>
        void add_edge(const V& value, bool& records) {
            edges.emplace_back();
            if constexpr (std::is_same_v<V, Tensor>) {
                if (value.defined()) edges.back() = gradient_edge(value);
            }
            records = records || edges.back();
        }
        AutogradContext context;
    };

    static Tensor zeros_of(const GradFunction::Output& output) {
        const Tensor zeros = empty(output.sizes, output.dtype);
        std::memset(zeros.mutable_data_ptr(), 0, static_cast<size_t>(zeros.nbytes()));
        return zeros;
    }
    static void set_history_of(Tensor& result, const IntrusivePtr<Node>& node) { set_history(result, node); }
    static void set_history_of(std::vector<Tensor>& results, const IntrusivePtr<Node>& node) {
        for (const Tensor& result : results) set_history(result, node);
    }
};

}  // namespace wick::autograd
