// Operators as methods of Tensor, against the functions of their names; printing, literals, elements.

#include <gtest/gtest.h>
#include <sstream>

#include <wick/eager.h>

#include "ops/print_value.h"

namespace wick {
namespace {

std::string shown(const Tensor& tensor) { return jit::python_repr(IValue(tensor)); }

template <class T>
std::string streamed(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

TEST(TensorMethods, AreTheFunctions) {
    const Tensor x = randn({3, 4}), y = rand({3, 4}), w = randn({4, 2});
    EXPECT_TRUE(x.relu().equal(relu(x)));
    EXPECT_TRUE(x.add(y, 2).equal(add(x, y, 2)));
    EXPECT_TRUE(x.matmul(w).equal(matmul(x, w)));
    EXPECT_TRUE(x.sum().equal(sum(x)));
    EXPECT_TRUE(x.sum(1).equal(sum(x, 1)));
    EXPECT_TRUE(x.sum({0, 1}, /*keepdim=*/true).equal(sum(x, {0, 1}, true)));
    EXPECT_TRUE(x.view({2, -1}).equal(view(x, {2, 6})));
    EXPECT_TRUE(x.reshape({x.size(0) * 2, 2}).equal(reshape(x, {6, 2})));
    EXPECT_TRUE(x.clamp(-1, 1).equal(clamp(x, -1, 1)));
    EXPECT_TRUE(x.clamp({}, 0).equal(clamp(x, {}, 0)));
    EXPECT_TRUE(x.norm(2, {1}, true).equal(norm(x, 2, {1}, true)));
    EXPECT_TRUE(x.div(y, "floor").equal(div(x, y, "floor")));
    EXPECT_TRUE(x.where(x > 0, y).equal(where(x > 0, x, y)));
    EXPECT_TRUE(y.polygamma(1).equal(polygamma(1, y)));
    EXPECT_TRUE(x.transpose(0, 1).contiguous().is_contiguous());
    EXPECT_TRUE(allclose(x.t().mm(x), mm(x.t(), x)));
}

TEST(TensorMethods, SeveralResults) {
    const Tensor x = tensor({{1, 5, 2}, {6, 3, 4}});
    const auto [values, places] = x.max(1);
    EXPECT_EQ(shown(values), "tensor([5, 6])");
    EXPECT_EQ(shown(places), "tensor([1, 0])");
    EXPECT_EQ(x.max().item<int64_t>(), 6);
    EXPECT_EQ(shown(x.max(tensor(3))), "tensor([[3, 5, 3],\n        [6, 3, 4]])");
    EXPECT_EQ(shown(std::get<0>(x.sort(-1, /*descending=*/true))), "tensor([[5, 2, 1],\n        [6, 4, 3]])");
    EXPECT_EQ(shown(std::get<1>(x.topk(1, 1))), "tensor([[1],\n        [0]])");
    EXPECT_EQ(x.split(2, 1).at(1).sizes(), IntArrayRef({2, 1}));
    EXPECT_EQ(x.split({1, 2}, 1).size(), 2u);
    EXPECT_EQ(x.chunk(2).size(), 2u);
}

TEST(TensorMethods, InPlaceOnesGiveTheTensorItself) {
    Tensor x = ones({2, 2});
    Tensor& same = x.add_(1).mul_(tensor({1.0, 2.0}));
    EXPECT_EQ(&same, &x);
    EXPECT_EQ(shown(x), "tensor([[2., 4.],\n        [2., 4.]])");
    x.zero_().fill_(3).uniform_(5, 5);
    EXPECT_EQ(shown(x), "tensor([[5., 5.],\n        [5., 5.]])");
    x.copy_(eye(2)).masked_fill_(x == 0, -1);
    EXPECT_EQ(shown(x), "tensor([[ 1., -1.],\n        [-1.,  1.]])");
}

TEST(TensorMethods, Conversions) {
    const Tensor x = arange(3);
    EXPECT_EQ(x.to(kFloat64).dtype(), kFloat64);
    EXPECT_TRUE(x.to(kCPU).is_same(x));
    EXPECT_TRUE(x.to(Device("cpu")).is_same(x));
    EXPECT_EQ(x.to(kCPU, kInt8).scalar_type(), kInt8);
    EXPECT_EQ(x.to(TensorOptions().dtype(kBool)).dtype(), kBool);
    EXPECT_EQ(x.to(ones({1})).dtype(), kFloat32);
    EXPECT_EQ(x.type_as(ones({1})).dtype(), kFloat32);
    EXPECT_EQ(zeros({2}, x.options()).dtype(), kInt64);
    EXPECT_EQ(x.new_full({2}, 7).dtype(), kInt64);
    const Tensor image = ones({1, 2, 3, 3}).contiguous(MemoryFormat::channels_last);
    EXPECT_TRUE(image.is_contiguous(MemoryFormat::channels_last));
    EXPECT_FALSE(image.is_contiguous());
    EXPECT_THROW(x.to(kCUDA), OpError);
}

TEST(TensorMethods, Elements) {
    const Tensor x = tensor({{1.5, 2.0}, {3.0, 4.0}}, kFloat64);
    EXPECT_EQ(x[1][0].item<float>(), 3.0f);
    EXPECT_EQ(x.data_ptr<double>()[3], 4.0);
    EXPECT_THROW(x.data_ptr<float>(), OpError);
    const auto elements = x.accessor<double, 2>();
    elements[0][1] = 8;
    EXPECT_EQ(elements.size(0), 2);
    EXPECT_EQ(x[0][1].item<double>(), 8);
    EXPECT_EQ((x.t().accessor<double, 2>()[1][0]), 8);
    EXPECT_THROW((x.accessor<double, 1>()), OpError);
    EXPECT_THROW(x.item<double>(), OpError);
}

TEST(TensorMethods, AreRecorded) {
    const Tensor x = tensor({1.0, 2.0}, requires_grad());
    x.pow(2).mul(3).sum().backward();
    EXPECT_EQ(shown(x.grad()), "tensor([ 6., 12.])");
    x.grad().zero_();
    const auto hook = x.register_hook([](const Tensor& gradient) { return gradient * 10; });
    Tensor seen;
    x.register_hook([&](const Tensor& gradient) { seen = gradient; });
    x.sum().backward();
    hook.remove();
    EXPECT_EQ(shown(x.grad()), "tensor([10., 10.])");
    EXPECT_EQ(shown(seen), "tensor([10., 10.])");
}

TEST(TensorMethods, OperatorsChangeViewsInPlace) {
    const Tensor x = zeros({2, 2});
    x[0] += 1;
    x[1] = tensor({5.0, 6.0});
    x[1][0] = 7;
    x[0] *= x[1];
    EXPECT_EQ(shown(x), "tensor([[7., 6.],\n        [7., 6.]])");
    Tensor row = x[0];
    row = ones({1});
    EXPECT_EQ(x[0][0].item<int>(), 7);
    EXPECT_EQ(shown(7 % tensor({4, 5})), "tensor([3, 2])");
}

TEST(TensorMethods, RefuseWhatTheFunctionsRefuse) {
    EXPECT_THROW(ones({2, 3}).mm(ones({2, 3})), OpError);
    EXPECT_THROW(ones({2}).view({3}), OpError);
    EXPECT_THROW(ones({2}).size(1), IndexError);
}

TEST(TensorLiteral, NumbersInLists) {
    EXPECT_EQ(shown(tensor({1, 2, 3})), "tensor([1, 2, 3])");
    EXPECT_EQ(shown(tensor({{1, 2}, {3, 4}})), "tensor([[1, 2],\n        [3, 4]])");
    EXPECT_EQ(shown(tensor({{1, 2}})), "tensor([[1, 2]])");
    EXPECT_EQ(shown(tensor({1.5, 2.0})), "tensor([1.5000, 2.0000])");
    EXPECT_EQ(shown(tensor({1.5f, 2.0f})), "tensor([1.5000, 2.0000])");
    EXPECT_EQ(shown(tensor({true, false})), "tensor([ True, False])");
    EXPECT_EQ(shown(tensor(std::vector<int>{4, 5}, kInt8)), "tensor([4, 5], dtype=torch.int8)");
    EXPECT_EQ(shown(tensor(std::vector<bool>{true})), "tensor([True])");
    EXPECT_EQ(shown(tensor(7)), "tensor(7)");
    EXPECT_EQ(shown(tensor(0.5, kFloat64)), "tensor(0.5000, dtype=torch.float64)");
    EXPECT_EQ(tensor({std::complex<double>(1, 2)}).dtype(), kComplexFloat);
    EXPECT_EQ(tensor({}).sizes(), IntArrayRef({0}));
    EXPECT_TRUE(tensor({1.0}, requires_grad()).requires_grad());
    EXPECT_THROW(tensor({{1, 2}, {3}}), OpError);
    EXPECT_THROW(tensor({1}, requires_grad()), OpError);
}

// What libtorch 2.13 prints.
TEST(TensorStream, IsLibtorchs) {
    EXPECT_EQ(streamed(ones({2, 3})), " 1  1  1\n 1  1  1\n[ CPUFloatType{2,3} ]");
    EXPECT_EQ(streamed(tensor({1, -2})), " 1\n-2\n[ CPULongType{2} ]");
    EXPECT_EQ(streamed(tensor(0.25)), "0.25\n[ CPUFloatType{} ]");
    EXPECT_EQ(streamed(Tensor()), "[ Tensor (undefined) ]");
    EXPECT_EQ(streamed(ones({2, 3}).sizes()), "[2, 3]");
    EXPECT_EQ(streamed(kFloat64), "Double");
    EXPECT_EQ(streamed(Device(kCPU)), "cpu");
    EXPECT_EQ(streamed(Scalar(2.5)), "2.5");
}

}  // namespace
}  // namespace wick
