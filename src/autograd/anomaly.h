#pragma once
// What anomaly mode keeps of a recorded function, and how the engine runs functions under it.

#include <vector>

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>

namespace wick::autograd {

/// Where a function was made.
struct Origin : RefCounted {
    std::string place;
    /// The function whose backward made it, by name and origin; "" outside of backward passes.
    std::string inducer;
    IntrusivePtr<Origin> before;
};

/// What a function that is made now keeps: an Origin.
IntrusivePtr<RefCounted> origin_here();
/// function.apply(gradients), with the warnings and the check of anomaly mode.
std::vector<Tensor> apply_watched(GradFunction& function, const std::vector<Tensor>& gradients);

}  // namespace wick::autograd
