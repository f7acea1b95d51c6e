#include "batching/levels.h"

#include <vector>

#include <wick/support/check.h>

#include "batching/batching.h"
#include "ops/call_handler.h"
#include "ops/recorded.h"
#include "support/thread_value.h"
#include "tensor/batched_tensor.h"

namespace wick::batching {

namespace {

struct Level {
    int64_t size;
    Randomness randomness;
};
thread_local ThreadValue<std::vector<Level>> t_levels;
thread_local int64_t t_seen = 0;

void see(int64_t levels) {
    t_seen = levels;
    jit::set_call_handler(CallMode::kBatched, levels > 0 ? &call_handler() : nullptr);
}

const Level& level_at(int64_t level) {
    WICK_CHECK(level >= 1 && level <= static_cast<int64_t>(t_levels->size()), "vmap: there is no level {}", level);
    return (*t_levels)[static_cast<size_t>(level - 1)];
}

}  // namespace

int64_t enter_level(int64_t size, Randomness randomness) {
    t_levels->push_back({size, randomness});
    see(static_cast<int64_t>(t_levels->size()));
    return t_seen;
}

void leave_level() {
    WICK_CHECK(!t_levels->empty(), "vmap: no level is open");
    t_levels->pop_back();
    see(static_cast<int64_t>(t_levels->size()));
}

int64_t depth() { return t_seen; }
int64_t size_of(int64_t level) { return level_at(level).size; }
Randomness randomness_of(int64_t level) { return level_at(level).randomness; }

SeenLevels::SeenLevels(int64_t levels) : saved_(t_seen) { see(levels); }
SeenLevels::~SeenLevels() { see(saved_); }

Tensor batched(const Tensor& value, int64_t dim, int64_t level) {
    return Tensor(make_intrusive<BatchedTensorImpl>(value, wrap_dim(dim, value.dim()), level));
}

Tensor gathered(const Tensor& tensor, int64_t level) {
    const BatchedTensorImpl* impl = batched_impl(tensor);
    if (impl && impl->level > level) return batched(gathered(impl->value, level), impl->dim + 1, impl->level);
    const SeenLevels outside(level - 1);
    if (impl && impl->level == level)
        return impl->dim == 0 ? impl->value
                              : ops::recorded::call("aten::movedim.int", impl->value, impl->dim, int64_t{0});
    DimVector sizes(tensor.sizes());
    sizes.insert(0, size_of(level));
    return ops::recorded::expand(tensor, sizes);
}

Tensor spread(const Tensor& tensor, int64_t level) {
    const BatchedTensorImpl* impl = batched_impl(tensor);
    if (!impl || impl->level < level) return batched(tensor, 0, level);
    // The first dimension of each is the second of the value whose first one is the deeper batch.
    if (impl->dim > 0) return batched(spread(impl->value, level), impl->dim - 1, impl->level);
    const SeenLevels all(impl->level - 1);
    return batched(spread(ops::recorded::transpose(impl->value, 0, 1), level), 0, impl->level);
}

}  // namespace wick::batching
