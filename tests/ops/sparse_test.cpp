// Sparse tensors in C++: their parts, what reads them, and that no operator reads one which does not know them.
#include <gtest/gtest.h>
#include <optional>
#include <thread>
#include <vector>

#include <wick/autograd/autograd.h>
#include <wick/eager.h>
#include <wick/optim/optim.h>
#include <wick/tensor/sparse_tensor.h>

#include "ops/registry.h"
#include "ops/sparse_call.h"

namespace wick {
namespace {

Tensor example() { return sparse_coo_tensor(tensor({{0, 1, 1}, {2, 0, 2}}), tensor({3.0f, 4.0f, 5.0f}), {2, 3}); }

TEST(SparseTensor, HasParts) {
    const Tensor s = example();
    EXPECT_TRUE(s.is_sparse());
    EXPECT_EQ(s.layout(), kSparse);
    EXPECT_EQ(s._nnz(), 3);
    EXPECT_EQ(s.sparse_dim(), 2);
    EXPECT_EQ(s.dense_dim(), 0);
    EXPECT_FALSE(s.is_coalesced());
    EXPECT_TRUE(s.to_dense().equal(tensor({{0.0f, 0.0f, 3.0f}, {4.0f, 0.0f, 5.0f}})));
    EXPECT_TRUE(s.coalesce().values().equal(tensor({3.0f, 4.0f, 5.0f})));
    EXPECT_THROW(ones({2})._indices(), OpError);
}

TEST(SparseTensor, SumsWhatIsInOnePlace) {
    const Tensor s = sparse_coo_tensor(tensor({{1, 0, 1}}), tensor({{1, 2}, {3, 4}, {5, 6}}), {3, 2});
    const Tensor c = s.coalesce();
    EXPECT_TRUE(c.indices().equal(tensor({{0, 1}})));
    EXPECT_TRUE(c.values().equal(tensor({{3, 4}, {6, 8}})));
    EXPECT_TRUE(s.to_dense().equal(tensor({{3, 4}, {6, 8}, {0, 0}})));
}

TEST(SparseTensor, ItemIsTheElement) {
    EXPECT_EQ(sparse_coo_tensor(tensor({{0}}), tensor({2.5f}), {1}).item<float>(), 2.5f);
    EXPECT_EQ(sparse_coo_tensor(tensor({{0}}), tensor({2.5f}), {2}).coalesce()[1].item<float>(), 0);
}

TEST(SparseTensor, IsSeenByEveryThread) {
    const Tensor s = example();
    std::thread([&] { EXPECT_THROW(s.exp(), NotImplementedError); }).join();
}

TEST(SparseTensor, GoesThroughProductsBothWays) {
    const Tensor values = tensor({3.0f, 4.0f, 5.0f}).set_requires_grad(true);
    const Tensor dense = ones({3, 2}).set_requires_grad(true);
    const Tensor s = sparse_coo_tensor(tensor({{0, 1, 1}, {2, 0, 2}}), values, {2, 3});
    s.mm(dense).sum().backward();
    EXPECT_TRUE(values.grad().equal(tensor({2.0f, 2.0f, 2.0f})));
    EXPECT_TRUE(dense.grad().equal(tensor({{4.0f, 4.0f}, {0.0f, 0.0f}, {8.0f, 8.0f}})));
}

TEST(SparseTensor, OptimizersChangeNamedRowsAlone) {
    const Tensor table = ones({4, 2}).set_requires_grad(true);
    optim::SparseAdam optimizer({table}, optim::SparseAdamOptions(0.5));
    embedding(table, tensor({1, 1, 3}), -1, false, true).sum().backward();
    EXPECT_TRUE(table.grad().is_sparse());
    optimizer.step();
    EXPECT_TRUE(table.detach().allclose(tensor({{1.0f, 1.0f}, {0.5f, 0.5f}, {1.0f, 1.0f}, {0.5f, 0.5f}})));
    optim::Adam other({table});
    EXPECT_THROW(other.step(), OpError);
    optimizer.zero_grad(false);
    EXPECT_EQ(table.grad()._nnz(), 0);
}

// ---- every operator

using namespace jit;

/// Something of the argument's type; nothing where there is no such thing here.
std::optional<IValue> anything(const Argument& argument, const Tensor& stand_in) {
    const std::string type = argument.type->str();
    if (type == "Tensor" || type == "Tensor?" || type == "Optional[Tensor]") return IValue(stand_in);
    if (type == "Tensor[]" || type == "List[Tensor]")
        return IValue(make_list(tensor_type(), {IValue(stand_in), IValue(stand_in)}));
    if (type == "Tensor?[]") return IValue(make_list(optional_type(tensor_type()), {IValue(stand_in)}));
    if (argument.default_value) return *argument.default_value;
    if (argument.name == "dtype") return IValue(static_cast<int64_t>(DType::float32));
    if (argument.type->is(TypeKind::Optional)) return IValue();
    if (type == "int") return IValue(int64_t{1});
    if (type == "Scalar" || type == "float" || type == "number") return IValue(0.5);
    if (type == "bool") return IValue(false);
    if (type == "str") return IValue("mean");
    if (type == "Device") return IValue(Device());
    if (type == "int[]") return IValue(std::vector<int64_t>{0, 1});
    if (type == "float[]") return IValue(std::vector<double>{0.5, 0.5});
    if (type == "bool[]") return IValue(std::vector<bool>{true, true});
    return std::nullopt;
}

bool takes_tensor(const Argument& argument) { return argument.type->str().find("Tensor") != std::string::npos; }

/// Calls the operator with a sparse tensor in place of the tensors that `is_chosen`. False where there is no such call.
template <class F>
bool call_with_sparse(const Operator& op, F is_chosen) {
    std::vector<IValue> arguments;
    for (size_t i = 0; i < op.schema().arguments.size(); ++i) {
        const std::optional<IValue> value = anything(op.schema().arguments[i], is_chosen(i) ? example() : ones({2, 3}));
        if (!value) return false;
        arguments.push_back(*value);
    }
    std::vector<IValue*> slots;
    for (IValue& argument : arguments) slots.push_back(&argument);
    std::vector<IValue> results(std::max<size_t>(op.schema().returns.size(), 1));
    try {
        op.call(Args{slots.data(), slots.size()}, results.data());
    } catch (const InternalError& error) {
        ADD_FAILURE() << op.operator_name() << ": " << error.what();
    } catch (const Error&) {
    }
    return true;
}

TEST(SparseTensor, IsTakenOrRefusedByEveryOperator) {
    size_t calls = 0;
    for (const bool records : {false, true}) {
        const GradModeGuard mode(records);
        for (const Operator* op : Registry::instance().all()) {
            const std::vector<Argument>& formal = op->schema().arguments;
            if (op->schema().is_vararg || op->has_side_effects || !std::ranges::any_of(formal, takes_tensor)) continue;
            calls += call_with_sparse(*op, [](size_t) { return true; });
            for (size_t i = 0; i < formal.size(); ++i)
                if (takes_tensor(formal[i])) calls += call_with_sparse(*op, [&](size_t k) { return k == i; });
        }
    }
    EXPECT_GT(calls, 4000u);
}

/// A kernel that is no sparse tensor's gets none: whatever answers says so, or has a body for it.
TEST(SparseTensor, IsRefusedByName) {
    const Tensor s = example();
    for (const char* name :
         {"aten::exp", "aten::cumsum", "aten::relu_out", "aten::sort", "aten::conv1d", "aten::softmax.int"}) {
        const Operator* op = Registry::instance().find_overload(name);
        if (!op) continue;
        std::vector<IValue> arguments;
        for (const Argument& argument : op->schema().arguments) arguments.push_back(*anything(argument, s));
        EXPECT_THROW(call_operator(name, arguments), NotImplementedError) << name;
    }
}

}  // namespace
}  // namespace wick
