#pragma once
// The record of a call of a custom autograd.Function (wick/autograd/function.py).

#include <wick/autograd/function.h>

#include "python/kept.h"

namespace wick::python {

class PythonFunction : public autograd::CustomFunction {
 public:
    PythonFunction(nanobind::object type, nanobind::tuple arguments);
    std::string name() const override { return name_; }
    const nanobind::object& ctx() const { return *ctx_; }
    const nanobind::object& type() const { return *type_; }
    /// What apply returns for what forward has returned.
    nanobind::object finish(nanobind::object returned);

 protected:
    /// By `_backward` of the class.
    std::vector<Tensor> backward(std::vector<Tensor> gradients) override;

 private:
    const std::string name_;
    const Kept type_;
    const Kept ctx_;
    std::vector<bool> takes_tensor_;
};

}  // namespace wick::python
