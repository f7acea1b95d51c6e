// What the graph of a function goes through on its way to a plan.

#include "passes/eliminate_dead_code.h"
#include "passes/forward_attributes.h"
#include "passes/fuse_layers.h"
#include "passes/group_differentiable.h"
#include "passes/inline_calls.h"
#include "passes/lower_tuples.h"
#include "passes/propagate_constants.h"
#include "passes/simplify_forms.h"
#include "runtime/plan.h"

namespace wick::jit {

/// Small calls are inlined, and what that opens is simplified; layers take in what follows them.
static std::shared_ptr<Graph> prepared(Function& function) {
    std::shared_ptr<Graph> graph = function.graph();
    const auto own = [&] {
        if (graph == function.graph()) graph = graph->copy();
        return graph.get();
    };
    const bool is_whole = is_small_whole(*graph);
    if (is_whole || has_small_calls(*graph)) {
        inline_calls(*own(), is_whole ? Inlining::all : Inlining::small);
        // Branches that a caller's constants decide, and what they come to.
        if (is_whole) {
            simplify_forms(*graph);
            propagate_constants(*graph);
        }
        // Tuples that were only made to be returned, objects that were only made to be read.
        lower_simple_tuples(*graph);
        forward_attributes(*graph);
    }
    if (can_fuse_layers(*graph)) fuse_layers(*own());
    return graph;
}

IntrusivePtr<RefCounted> make_plan(Function& function) { return compile_plan(*prepared(function), function.name()); }

IntrusivePtr<RefCounted> make_group_plan(Function& function) {
    return compile_plan(*prepared(function), function.name(), true);
}

IntrusivePtr<RefCounted> make_recording_plan(Function& function) {
    const std::shared_ptr<Graph> graph = function.graph()->copy();
    inline_calls(*graph, Inlining::all);
    lower_simple_tuples(*graph);
    // Branches that a caller's constants decide.
    propagate_constants(*graph);
    eliminate_dead_code(*graph);
    if (!group_differentiable(*graph)) return IntrusivePtr<RefCounted>(const_cast<Plan*>(&plan_of(function)));
    return compile_plan(*graph, function.name());
}

}  // namespace wick::jit
