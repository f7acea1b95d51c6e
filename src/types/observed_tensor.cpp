#include "types/observed_tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wick::jit {

namespace {

class ObservedTensorType : public Type {
 public:
    explicit ObservedTensorType(std::string printed) : Type(TypeKind::Tensor), printed_(std::move(printed)) {}
    std::string str() const override { return printed_; }
    std::string annotation_str() const override { return "Tensor"; }

 private:
    const std::string printed_;
};

}  // namespace

TypePtr observed_tensor_type(const Tensor& tensor) {
    if (!tensor.defined()) return tensor_type();
    std::string sizes;
    if (tensor.dim() > 0)
        sizes = fmt::format("{}, strides=[{}], ", fmt::join(tensor.sizes(), ", "), fmt::join(tensor.strides(), ", "));
    return observed_tensor_type(fmt::format("{}({}requires_grad={}, device={})", scalar_name_of(tensor.dtype()), sizes,
                                            int{tensor.requires_grad()}, tensor.device().str()));
}

TypePtr observed_tensor_type(std::string printed) { return make_intrusive<ObservedTensorType>(std::move(printed)); }

bool is_element_type_name(std::string_view word) {
    constexpr DType kAll[] = {
#define _(name, type, number, bytes, storage) DType::name,
        WICK_FORALL_DTYPES(_)
#undef _
    };
    for (const DType dtype : kAll) {
        if (word == scalar_name_of(dtype)) return true;
    }
    return false;
}

TypePtr without_observations(const TypePtr& type) {
    if (type->is(TypeKind::Tensor)) return tensor_type();
    const auto* tuple = type->cast<TupleType>();
    if (!tuple || !tuple->name().empty()) return type;
    std::vector<TypePtr> elements;
    for (const TypePtr& element : tuple->contained()) elements.push_back(without_observations(element));
    return tuple_type(std::move(elements));
}

}  // namespace wick::jit
