// Whether values are in a set (isin).

#include <algorithm>

#include "ops/pointwise.h"
#include "ops/registry.h"
#include "ops/rows.h"

namespace wick::jit {
namespace {

using namespace ops;

/// A number looked up in a tensor, as a tensor of no dimensions.
Tensor tensor_of(const Scalar& value, const Tensor& like) {
    const Operand operands[] = {Operand(like), Operand(value)};
    return full({}, value, result_type(operands));
}

Tensor isin(const Tensor& elements, const Tensor& test, bool invert) {
    const Operand operands[] = {Operand(elements), Operand(test)};
    const DType type = result_type(operands);
    const Tensor wanted = contiguous(to_dtype(elements, type));
    Tensor set = contiguous(reshape(to_dtype(test, type), {-1}));
    if (set.is_same(test) || set.impl()->storage == test.impl()->storage) set = clone(set);
    const Tensor result = empty(elements.sizes(), DType::bool_);
    dispatch_ordered(type, "isin_default_cpu", [&]<class T>() {
        T* first = set.mutable_data<T>();
        T* last = std::remove_if(first, first + set.numel(), [](T value) { return is_nan_value(value); });
        std::sort(first, last);
        bool* to = result.mutable_data<bool>();
        for (int64_t i = 0; i < wanted.numel(); ++i) {
            const T value = wanted.data<T>()[i];
            to[i] = (!is_nan_value(value) && std::binary_search(first, last, value)) != invert;
        }
    });
    return result;
}

}  // namespace

void register_membership(Registry& ops) {
    ops.add(
           "aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool "
           "invert=False) -> Tensor")
        .kernel(
            [](const Tensor& elements, const Tensor& test, bool, bool invert) { return isin(elements, test, invert); })
        .out();
    ops.add(
           "aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool "
           "invert=False) -> Tensor")
        .kernel([](const Tensor& elements, Scalar test, bool, bool invert) {
            return isin(elements, tensor_of(test, elements), invert);
        })
        .out();
    ops.add(
           "aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool "
           "invert=False) -> Tensor")
        .kernel([](Scalar element, const Tensor& test, bool, bool invert) {
            return isin(tensor_of(element, test), test, invert);
        })
        .out();
}

}  // namespace wick::jit
