#include "ops/families.h"

#include "ops/registry.h"

namespace wick::jit {

const Registry& Registry::instance() {
    // Never taken down: the end of the process needn't wait for thousands of small objects.
    static const Registry& registry = *[] {
        auto* const all = new Registry();
        Registry& ops = *all;
#define _(family) register_##family(ops);
        WICK_FORALL_FAMILIES(_)
#undef _
        ops.put_out_variants_last();
        return all;
    }();
    return registry;
}

}  // namespace wick::jit
