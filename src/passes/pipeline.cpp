#include "passes/pipeline.h"

#include "passes/canonicalize_outputs.h"
#include "passes/erase_list_literals.h"
#include "passes/lift_forks.h"
#include "passes/lower_tuples.h"
#include "passes/normalize_operators.h"
#include "passes/number_warnings.h"
#include "passes/pool_constants.h"
#include "passes/propagate_constants.h"

namespace wick::jit {

void clean_up(Graph& graph) {
    normalize_operators(graph);
    lift_forks(graph);
    erase_list_literals(graph);
    lower_simple_tuples(graph);
    propagate_constants(graph);
    // After propagation, which makes new constants.
    pool_constants(graph);
    canonicalize_outputs(graph);
    number_warnings(graph);
}

}  // namespace wick::jit
