#pragma once
// The backward pass: functions in reverse order, each once, when all gradients of its results are there.

#include <vector>

#include <wick/autograd/autograd.h>

namespace wick::autograd {

struct BackwardPass {
    /// Where the pass begins, and with which gradients.
    std::vector<Edge> roots;
    std::vector<Tensor> gradients;
    bool keeps_graph = false;    ///< what was saved stays
    bool creates_graph = false;  ///< the pass is recorded itself
    /// Gradients wanted; empty: of every leaf.
    std::vector<Edge> wanted;
    /// Gradients of leaves are added to their `grad`, rather than returned.
    bool accumulates = true;

    /// The gradients of `wanted`, undefined where the roots do not depend on one; empty when accumulating.
    std::vector<Tensor> run();
};

/// The number of the pass that runs on this thread, another one for each; 0 outside of all.
uint64_t current_pass();
/// Whether that pass will bring, or has brought, a gradient where the edge leads.
bool will_reach(const Edge& edge);

}  // namespace wick::autograd
