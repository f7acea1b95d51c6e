#pragma once
// Operators whose work is done in place: the functional form copies first.

#include <string>
#include <string_view>

#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

template <auto F>
struct OutOfPlace;
template <class... A, Tensor (*F)(const Tensor&, A...)>
struct OutOfPlace<F> {
    static Tensor call(const Tensor& self, A... arguments) {
        const Tensor copy = ops::clone(self);
        return F(copy, std::forward<A>(arguments)...);
    }
};

/// Registers `aten::name.overload(Tensor self, …) -> Tensor` and its form `aten::name_`; F writes to self and returns
/// it.
template <auto F>
OperatorEntry add_both_forms(Registry& ops, std::string_view schema, bool side_effects = false) {
    const size_t paren = schema.find('(');
    const size_t dot = std::min(schema.find('.'), paren);
    constexpr std::string_view kSelf = "(Tensor self";
    WICK_ASSERT(schema.substr(paren, kSelf.size()) == kSelf && schema.ends_with("-> Tensor"));
    std::string inplace(schema.substr(0, dot));
    inplace += "_";
    inplace += schema.substr(dot, paren - dot);
    inplace += "(Tensor(a!) self";
    inplace += schema.substr(paren + kSelf.size());
    inplace += "(a!)";
    OperatorEntry written = ops.add(inplace).kernel(F);
    OperatorEntry functional = ops.add(schema).kernel(&OutOfPlace<F>::call);
    if (side_effects) written.side_effects(), functional.side_effects();
    return functional;
}

}  // namespace wick::jit
