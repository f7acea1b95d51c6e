#include "ops/families.h"

#include "ops/registry.h"

namespace wick::jit {

const Registry& Registry::instance() {
    static const Registry registry = [] {
        Registry ops;
#define _(family) register_##family(ops);
        WICK_FORALL_FAMILIES(_)
#undef _
        ops.put_out_variants_last();
        return ops;
    }();
    return registry;
}

}  // namespace wick::jit
