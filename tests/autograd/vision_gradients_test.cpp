// Derivatives of torchvision's operators against differences of their results.

#include <gtest/gtest.h>

#include <wick/autograd/autograd.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;
using jit::call_operator;

Tensor waves(DimVector sizes, double phase) {
    int64_t count = 1;
    for (int64_t size : sizes) count *= size;
    std::vector<double> numbers;
    for (int64_t i = 0; i < count; ++i) numbers.push_back(std::sin(1.7 * static_cast<double>(i) + phase));
    return tensor<double>(std::move(numbers), std::move(sizes));
}

/// The first result's elements, weighted and summed.
Tensor weighted(const std::string& op, const std::vector<IValue>& arguments) {
    IValue result = call_operator(op, arguments);
    const Tensor y = result.is_tuple() ? result.to_tuple().elements[0].to_tensor() : result.to_tensor();
    return call("aten::sum", call("aten::mul.Tensor", y, waves(DimVector(y.sizes()), 0.5)));
}

/// The gradients of the arguments at `positions`, each element of them.
void check(const std::string& op, const std::vector<IValue>& arguments, const std::vector<size_t>& positions) {
    std::vector<Tensor> leaves;
    for (size_t at : positions) leaves.push_back(arguments[at].to_tensor().set_requires_grad());
    const std::vector<Tensor> found = autograd::grad({weighted(op, arguments)}, leaves);
    const NoGradGuard guard;
    for (size_t k = 0; k < leaves.size(); ++k) {
        SCOPED_TRACE(op + ", argument " + std::to_string(positions[k]));
        std::vector<double> expected;
        for (int64_t i = 0; i < leaves[k].numel(); ++i) {
            constexpr double kStep = 1e-6;
            const auto moved = [&](double by) {
                leaves[k].mutable_data<double>()[i] += by;
                const double value = weighted(op, arguments).item().to_double();
                leaves[k].mutable_data<double>()[i] -= by;
                return value;
            };
            expected.push_back((moved(kStep) - moved(-kStep)) / (2 * kStep));
        }
        expect_close(values(found[k]), expected, 1e-6);
    }
}

const Tensor kRegions = tensor<double>({0, 0.3, 0.7, 4.2, 3.9, 1, 1.1, -0.6, 6.3, 4.4}, DimVector{2, 5});

TEST(VisionGradients, RegionsOfInterest) {
    check("torchvision::roi_align", {waves({2, 3, 6, 7}, 0), kRegions, 0.8, 2, 3, 2, false}, {0});
    check("torchvision::roi_align", {waves({2, 3, 6, 7}, 0), kRegions, 0.8, 2, 3, -1, true}, {0});
    check("torchvision::ps_roi_align", {waves({2, 12, 6, 7}, 0), kRegions, 0.8, 2, 3, 2}, {0});
    check("torchvision::roi_pool", {waves({2, 3, 6, 7}, 0), kRegions, 0.8, 2, 3}, {0});
    check("torchvision::ps_roi_pool", {waves({2, 12, 6, 7}, 0), kRegions, 0.8, 2, 3}, {0});
}

TEST(VisionGradients, DeformableConvolution) {
    const Tensor x = waves({2, 4, 5, 6}, 0), weight = waves({6, 2, 3, 2}, 1), bias = waves({6}, 2);
    const Tensor offset = waves({2, 2 * 2 * 6, 3, 5}, 3), mask = waves({2, 2 * 6, 3, 5}, 4);
    check("torchvision::deform_conv2d", {x, weight, offset, mask, bias, 2, 1, 1, 0, 1, 1, 2, 2, true}, {0, 1, 2, 3, 4});
    check("torchvision::deform_conv2d", {x, weight, offset, mask, bias, 2, 1, 1, 0, 1, 1, 2, 2, false}, {0, 1, 2, 4});
}

}  // namespace
}  // namespace wick
