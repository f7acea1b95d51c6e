// Whether values are in a set (isin).

#include <algorithm>
#include <vector>

#include "ops/pointwise.h"
#include "ops/registry.h"
#include "ops/rows.h"
#include "ops/sort_keys.h"

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
    check_ordered(type, "isin_default_cpu");
    const IsNanKey is_nan(type);
    std::vector<uint64_t> set = sort_keys(contiguous(to_dtype(test, type)));
    std::erase_if(set, is_nan);
    std::ranges::sort(set);
    const Tensor result = empty(elements.sizes(), DType::bool_);
    bool* const to = result.mutable_data<bool>();
    for_each_sort_key(wanted, 0, wanted.numel(),
                      [&](int64_t i, uint64_t key) { to[i] = std::ranges::binary_search(set, key) != invert; });
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
