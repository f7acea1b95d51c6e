#include <vector>

#include <wick/support/intrusive_ptr.h>

namespace wick {

// Nested destructors go this deep before the rest is queued; far below what a small thread stack holds.
constexpr int kMaxDepth = 64;

/// What a thread is in the middle of.
struct Destruction {
    int depth = 0;
    std::vector<const RefCounted*>* waiting = nullptr;
};
static constinit thread_local Destruction t_destruction;

void RefCounted::destroy() const noexcept {
    if (is_charged()) [[unlikely]]
        charge(-(charge_.load(std::memory_order_relaxed) * kChargeUnit));
    Destruction& self = t_destruction;
    if (self.depth >= kMaxDepth) {
        self.waiting->push_back(this);
        return;
    }
    if (self.depth > 0) {
        ++self.depth;
        delete this;
        --self.depth;
        return;
    }
    std::vector<const RefCounted*> queue;
    self = {1, &queue};
    delete this;
    while (!queue.empty()) {
        const RefCounted* next = queue.back();
        queue.pop_back();
        delete next;
    }
    self = {};
}

}  // namespace wick
