#include "frontend/special_form.h"

namespace wick::jit {

std::string SpecialFormValue::kind() const {
    static constexpr const char* kKinds[] = {
#define _(name, kind) kind,
        WICK_FORALL_SPECIAL_FORMS(_)
#undef _
    };
    return kKinds[static_cast<size_t>(form)];
}

}  // namespace wick::jit
