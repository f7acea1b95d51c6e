#include "ops/families.h"

#include "ops/registry.h"

// Families whose files do not include families.h: a line here compiles nothing but this file again. New families go
// here.
#define WICK_FORALL_MORE_FAMILIES(_) \
    _(calculus)                      \
    _(combining)                     \
    _(complex_numbers)               \
    _(counting)                      \
    _(grad_mode)                     \
    _(histogram)                     \
    _(linalg_compose)                \
    _(linalg_factor)                 \
    _(linalg_gradients)              \
    _(membership)                    \
    _(nn_conv_gradient)              \
    _(nn_fractional_pool)            \
    _(nn_interpolate)                \
    _(nn_loss_gradient)              \
    _(nn_norm_gradient)              \
    _(nn_pool_gradient)              \
    _(quantile)                      \
    _(random_factories)              \
    _(random_gammas)                 \
    _(random_inplace)                \
    _(random_sampling)               \
    _(spectral_fft)                  \
    _(spectral_stft)                 \
    _(tensor_state)                  \
    _(unary_special)                 \
    _(unique)                        \
    _(vision_boxes_gradient)         \
    _(windows)

namespace wick::jit {

#define _(family) void register_##family(Registry& ops);
WICK_FORALL_MORE_FAMILIES(_)
#undef _

const Registry& Registry::instance() {
    // Never taken down: the end of the process needn't wait for thousands of small objects.
    static const Registry& registry = *[] {
        auto* const all = new Registry();
        Registry& ops = *all;
#define _(family) register_##family(ops);
        WICK_FORALL_FAMILIES(_)
        WICK_FORALL_MORE_FAMILIES(_)
#undef _
        ops.put_in_pytorchs_order();
        return all;
    }();
    return registry;
}

}  // namespace wick::jit
