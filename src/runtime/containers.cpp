#include "runtime/containers.h"

#include <algorithm>

#include <wick/support/check.h>

#include "ops/tensor_elements.h"

namespace wick::jit {

IValue create_object(const TypePtr& type) {
    // Types are shared as const; an instance's own type is the definition itself.
    return make_intrusive<ScriptObject>(ClassTypePtr(const_cast<ClassType*>(&type->expect<ClassType>())));
}

IValue create_dict(const Type& type, std::vector<IValue> keys_and_values) {
    auto dict = make_dict(type.contained(0), type.contained(1));
    for (size_t i = 0; i + 1 < keys_and_values.size(); i += 2)
        dict->set(std::move(keys_and_values[i]), std::move(keys_and_values[i + 1]));
    return dict;
}

IValue slice_tuple(const TupleObject& tuple, int64_t begin, int64_t end) {
    const int64_t size = static_cast<int64_t>(tuple.elements.size());
    WICK_CHECK(begin >= 0 && begin <= end && end <= size, "tuple slice [{}:{}] of {} elements", begin, end, size);
    return make_tuple({tuple.elements.begin() + begin, tuple.elements.begin() + end});
}

static IValue nested_list(const Tensor& tensor, const TypePtr& type, int64_t dim, int64_t offset) {
    if (dim == tensor.dim()) {
        const Scalar value = element_at(tensor, offset);
        return type->is(TypeKind::Float) && !value.is_floating() ? IValue(value.to_double()) : IValue(value);
    }
    std::vector<IValue> items;
    items.reserve(tensor.sizes()[dim]);
    for (int64_t i = 0; i < tensor.sizes()[dim]; ++i)
        items.push_back(nested_list(tensor, type->contained(0), dim + 1, offset + i * tensor.strides()[dim]));
    return make_list(type->contained(0), std::move(items));
}

IValue tensor_to_list(const Tensor& tensor, const TypePtr& type) {
    WICK_CHECK(tensor.defined(), "tolist() of an undefined tensor");
    WICK_CHECK(!tensor.is_sparse(), "Cannot access data pointer of Tensor that doesn't have storage");
    int64_t depth = 0;
    const Type* element = type.get();
    for (; element->is(TypeKind::List); ++depth) element = element->contained(0).get();
    WICK_CHECK(depth == tensor.dim(),
               "Output annotation list dimension and runtime tensor dimension must match for tolist()");
    const DType dtype = tensor.dtype();
    const bool matches = element->is(TypeKind::Bool)      ? dtype == DType::bool_
                         : element->is(TypeKind::Int)     ? is_integral(dtype)
                         : element->is(TypeKind::Complex) ? is_complex(dtype)
                                                          : element->is(TypeKind::Float) && is_floating(dtype);
    WICK_CHECK(matches, "Output annotation element type and runtime tensor element type must match for tolist()");
    // Every element, and every list of the outer dimensions, of which there are many even without elements.
    double bytes = 0;
    double lists = 1;
    for (const int64_t size : tensor.sizes()) {
        bytes += lists * static_cast<double>(sizeof(ListObject) + static_cast<size_t>(size) * sizeof(IValue));
        lists *= static_cast<double>(size);
    }
    check_memory(static_cast<int64_t>(std::min(bytes, 0x1p62)));
    return nested_list(tensor, type, 0, 0);
}

}  // namespace wick::jit
