#include <gtest/gtest.h>

#include <wick/wick.h>

#include "ops/registry.h"

namespace wick::jit {
namespace {

Tensor full(double value) {
    return call_operator("aten::full", {IValue(std::vector<int64_t>{2}), IValue(value)}).to_tensor();
}

IValue scaled(const IValue& x, const Tensor& weight) { return call_operator("aten::mul.Tensor", {x, weight}); }

double first(const Tensor& x) { return static_cast<const float*>(x.data_ptr())[0]; }

TEST(Trace, GivesAModule) {
    const Tensor weight = full(3).set_requires_grad();
    const auto function = [&](const std::vector<IValue>& inputs) { return scaled(inputs[0], weight); };
    const Module traced = trace(function, {full(1)}, {{"weight", weight}});
    EXPECT_EQ(traced.get_method("forward").code(),
              "def forward(self,\n    argument_1: Tensor) -> Tensor:\n"
              "  return torch.mul(argument_1, self.weight)\n");
    EXPECT_EQ(first(traced.forward({full(5)}).to_tensor()), 15);
    // It is an archive like any other.
    const std::string bytes = traced.save_to_memory();
    EXPECT_EQ(first(load(bytes.data(), bytes.size()).forward({full(2)}).to_tensor()), 6);
}

TEST(Trace, Mistakes) {
    const Tensor weight = full(3).set_requires_grad();
    EXPECT_THROW(trace([&](const auto& inputs) { return scaled(inputs[0], weight); }, {full(1)}), OpError);
    const Tensor elsewhere = full(1);
    EXPECT_THROW(trace([&](const auto&) { return IValue(elsewhere); }, {full(1)}), OpError);
    EXPECT_THROW(trace([&](const auto& inputs) { return inputs[0]; }, {IValue(int64_t{1})}), OpError);
    EXPECT_THROW(trace([&](const auto&) { return IValue(int64_t{1}); }, {full(1)}), OpError);
    // Nothing is recorded afterwards.
    EXPECT_EQ(first(scaled(IValue(full(2)), full(2)).to_tensor()), 4);
}

}  // namespace
}  // namespace wick::jit
