// wick.func.vmap's inside.
#include "batching/batching.h"

#include <algorithm>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "batching/levels.h"
#include "ops/recorded.h"
#include "python/bindings.h"
#include "python/convert.h"
#include "tensor/batched_tensor.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

constexpr std::pair<const char*, batching::Randomness> kRandomness[] = {{"error", batching::Randomness::error},
                                                                        {"same", batching::Randomness::same},
                                                                        {"different", batching::Randomness::different}};

batching::Randomness randomness_named(const std::string& name) {
    for (const auto& [known, value] : kRandomness)
        if (name == known) return value;
    throw OpError(fmt::format("Only allowed values for randomness are 'error', 'different', or 'same'. Got {}", name));
}

const char* name_of(batching::Randomness randomness) {
    return std::ranges::find(kRandomness, randomness, &std::pair<const char*, batching::Randomness>::second)->first;
}

}  // namespace

void bind_batching(nb::module_& module) {
    module.def(
        "_enter_level",
        [](int64_t size, const std::string& randomness) {
            return batching::enter_level(size, randomness_named(randomness));
        },
        nb::arg("size"), nb::arg("randomness"), "Opens a level of vmap; its number.");
    module.def("_leave_level", &batching::leave_level);
    module.def(
        "_randomness_of", [](int64_t level) { return name_of(batching::randomness_of(level)); }, nb::arg("level"));
    module.def("_levels", &batching::depth, "How many levels are open.");
    module.def("_batched", &batching::batched, nb::arg("tensor"), nb::arg("dim"), nb::arg("level"),
               "The tensors along a dimension, as the functions in the level see them.");
    module.def("_gathered", &batching::gathered, nb::arg("tensor"), nb::arg("level"),
               "All tensors of a level, along the first dimension.");
    module.def("_spread", &batching::spread, nb::arg("tensor"), nb::arg("level"), "The reverse of _gathered.");
    module.def(
        "_level_of",
        [](const Tensor& tensor) {
            const BatchedTensorImpl* impl = batched_impl(tensor);
            return impl ? impl->level : 0;
        },
        nb::arg("tensor"), "Of which level the tensor is; 0 of a plain one.");
    module.def("_take_looped", &batching::take_looped,
               "The operators that had to be called for one tensor after the other since this was last asked.");
}

}  // namespace wick::python
