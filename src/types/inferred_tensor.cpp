#include "types/inferred_tensor.h"

#include <fmt/format.h>

namespace wick::jit {

namespace {

class InferredTensorType : public Type {
 public:
    InferredTensorType() : Type(TypeKind::Tensor) {}
};

}  // namespace

const TypePtr& inferred_tensor_type() {
    static const TypePtr type = [] {
        auto made = make_intrusive<InferredTensorType>();
        made->make_immortal();
        return TypePtr(made);
    }();
    return type;
}

std::string described(const Type& type) {
    const std::string text = type.is(TypeKind::Enum) ? type.str() : type.annotation_str();
    return &type == inferred_tensor_type().get() ? text + " (inferred)" : text;
}

std::string note_on_inference(const Argument& parameter) {
    if (parameter.type.get() != inferred_tensor_type().get()) return "";
    return fmt::format("\nInferred '{}' to be of type 'Tensor' because it was not annotated with an explicit type.",
                       parameter.name);
}

}  // namespace wick::jit
