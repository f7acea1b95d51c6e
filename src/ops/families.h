#pragma once
// Every operator family: (name) stands for `void register_<name>(Registry&)`, defined in the family's own file.
// The order is that in which overloads of one name are matched: of tensors first, of plain values (builtins) last.

#define WICK_FORALL_FAMILIES(_) \
    _(activation)               \
    _(binary)                   \
    _(comparison)               \
    _(copy)                     \
    _(factories)                \
    _(fused_layers)             \
    _(gather_scatter)           \
    _(gradients)                \
    _(indexing)                 \
    _(joining)                  \
    _(linalg_einsum)            \
    _(linalg_matmul)            \
    _(linalg_norm)              \
    _(linalg_solve)             \
    _(masking)                  \
    _(nn_adaptive_pool)         \
    _(nn_attention)             \
    _(nn_conv)                  \
    _(nn_dropout)               \
    _(nn_embedding)             \
    _(nn_fold)                  \
    _(nn_grid)                  \
    _(nn_linear)                \
    _(nn_loss)                  \
    _(nn_loss_classes)          \
    _(nn_nested)                \
    _(nn_norm)                  \
    _(nn_pool)                  \
    _(nn_rnn)                   \
    _(nn_softmax)               \
    _(nn_transformer)           \
    _(nn_upsample)              \
    _(padding)                  \
    _(rearranging)              \
    _(reduction)                \
    _(reduction_variance)       \
    _(scan)                     \
    _(sorting)                  \
    _(tensor_info)              \
    _(ternary)                  \
    _(unary)                    \
    _(sparse)                   \
    _(view_gradient)            \
    _(views)                    \
    _(vision_boxes)             \
    _(vision_deform)            \
    _(sparse_bodies)            \
    _(sparse_products)          \
    _(builtins_convert)         \
    _(builtins_dict)            \
    _(builtins_format)          \
    _(builtins_list)            \
    _(builtins_math)            \
    _(builtins_misc)            \
    _(builtins_number)          \
    _(builtins_string)

namespace wick::jit {

class Registry;

#define _(family) void register_##family(Registry& ops);
WICK_FORALL_FAMILIES(_)
#undef _

}  // namespace wick::jit
