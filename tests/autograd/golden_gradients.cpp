#include "autograd/golden_gradients.h"

#include <cmath>

#include <wick/autograd/autograd.h>

#include "archive/torch_save.h"
#include "ops/op_testing.h"

namespace wick::testing {
namespace {

using jit::call_operator;
using Tensors = std::vector<Tensor>;

/// The tensors in nested lists and tuples, in order; undefined ones for None where `with_none`.
void collect(const IValue& value, Tensors& into, bool with_none = false) {
    if (value.is_tensor()) into.push_back(value.to_tensor());
    if (value.is_none() && with_none) into.emplace_back();
    if (value.is_list())
        for (const IValue& item : value.to_list().items) collect(item, into, with_none);
    if (value.is_tuple())
        for (const IValue& item : value.to_tuple().elements) collect(item, into, with_none);
}

Tensors gradients_in(const IValue& list) {
    Tensors gradients;
    collect(list, gradients, true);
    return gradients;
}

/// The argument on memory of its own, as the operator's parameter takes it; its tensors are appended to `inputs`.
IValue fresh(const IValue& value, const jit::TypePtr& type, Tensors& inputs) {
    const jit::TypePtr& wanted = type->is(jit::TypeKind::Optional) ? type->contained(0) : type;
    if (value.is_tensor()) {
        inputs.push_back(call("aten::clone", value.to_tensor()));
        return inputs.back();
    }
    if (!value.is_list()) return value;
    std::vector<IValue> items;
    for (const IValue& item : value.to_list().items) items.push_back(fresh(item, wanted->contained(0), inputs));
    return IValue(make_list(wanted->contained(0), std::move(items)));
}

/// `weights` of make_gradients.py.
Tensor weights(const Tensor& like) {
    std::vector<double> numbers;
    for (int64_t i = 0; i < like.numel(); ++i) numbers.push_back(std::cos(static_cast<double>(i) * 0.7 + 0.3) + 0.1);
    const Tensor real = call("aten::reshape", tensor<double>(std::move(numbers)), like.sizes().vec());
    if (!is_complex(like.dtype())) return real;
    return call("aten::complex", real, call("aten::mul.Scalar", real, 0.5));
}

/// The gradients of the weighted sum of those results that have any.
Tensors differentiate(const Tensors& results, const Tensors& inputs, bool create_graph) {
    Tensors outputs, given;
    for (const Tensor& result : results) {
        if (!result.defined() || !result.requires_grad()) continue;
        outputs.push_back(result);
        given.push_back(weights(result));
    }
    if (outputs.empty()) return Tensors(inputs.size());
    return autograd::grad(outputs, inputs, given, true, create_graph, true);
}

/// Real and imaginary parts of complex numbers side by side.
std::vector<double> numbers_of(const Tensor& self) {
    return values(is_complex(self.dtype()) ? call("aten::view_as_real", self.detach()) : self.detach());
}

/// A gradient that is zero everywhere may be missing.
void expect_gradient(const Tensor& found, const Tensor& expected, const std::string& what) {
    SCOPED_TRACE(what);
    if (!found.defined())
        return expect_close(std::vector<double>(numbers_of(expected).size(), 0.0), numbers_of(expected));
    EXPECT_EQ(sizes(found), sizes(expected));
    EXPECT_EQ(found.dtype(), expected.dtype());
    expect_close(numbers_of(found), numbers_of(expected), 1e-8);
}

void expect_case(const IValue& recorded) {
    const std::vector<IValue>& parts = recorded.to_tuple().elements;
    const std::string name = parts[0].to_string();
    const jit::Operator* op = jit::Registry::instance().find_overload(name);
    ASSERT_TRUE(op) << name;
    Tensors inputs;
    std::vector<IValue> arguments;
    for (const IValue& argument : parts[1].to_list().items)
        arguments.push_back(fresh(argument, op->schema().arguments[arguments.size()].type, inputs));
    const Tensors expected = gradients_in(parts[2]);
    ASSERT_EQ(inputs.size(), expected.size()) << name;
    Tensors wanted;
    std::vector<size_t> positions;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (!expected[i].defined()) continue;
        wanted.push_back(inputs[i].set_requires_grad());
        positions.push_back(i);
    }
    Tensors results;
    collect(call_operator(name, arguments), results);
    const Tensors first = differentiate(results, wanted, true);
    for (size_t k = 0; k < wanted.size(); ++k) expect_gradient(first[k], expected[positions[k]], name);
    if (parts[3].is_none()) return;
    const Tensors second = differentiate(first, wanted, false), expected_second = gradients_in(parts[3]);
    for (size_t k = 0; k < wanted.size(); ++k)
        expect_gradient(second[k], expected_second[positions[k]], name + ", again");
}

}  // namespace

void expect_golden_gradients(const std::string& file) {
    const IValue cases = archive::load_torch_file(std::string(WICK_TEST_ROOT) + "/autograd/" + file);
    ASSERT_GT(cases.to_list().items.size(), 0U);
    for (const IValue& recorded : cases.to_list().items) {
        try {
            expect_case(recorded);
        } catch (const std::exception& error) {
            ADD_FAILURE() << recorded.to_tuple().elements[0].to_string() << ": " << error.what();
        }
    }
}

}  // namespace wick::testing
