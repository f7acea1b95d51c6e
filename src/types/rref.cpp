#include <wick/support/check.h>
#include <wick/types/rref.h>

namespace wick {

RRefObject::RRefObject(IValue value, std::string owner)
    : value(std::move(value)), element_type(this->value.type()), owner(std::move(owner)) {
    share(this->value);
}

RRefObject::~RRefObject() = default;

const RRefObject& to_rref(const IValue& value) {
    const auto* reference = value.is_capsule() ? dynamic_cast<const RRefObject*>(value.to_capsule()) : nullptr;
    WICK_CHECK(reference, "Expected RRef but got {}", value.tag_name());
    return *reference;
}

}  // namespace wick
