#include <vector>

#include <wick/support/intrusive_ptr.h>

namespace wick {

// Nested destructors go this deep before the rest is queued; far below what a small thread stack holds.
constexpr int kMaxDepth = 64;

void RefCounted::destroy() const noexcept {
    if (is_charged()) [[unlikely]]
        charge(-(charge_.load(std::memory_order_relaxed) * kChargeUnit));
    thread_local int depth = 0;
    thread_local std::vector<const RefCounted*>* waiting = nullptr;
    if (depth >= kMaxDepth) {
        waiting->push_back(this);
        return;
    }
    if (depth > 0) {
        ++depth;
        delete this;
        --depth;
        return;
    }
    std::vector<const RefCounted*> queue;
    waiting = &queue;
    depth = 1;
    delete this;
    while (!queue.empty()) {
        const RefCounted* next = queue.back();
        queue.pop_back();
        delete next;
    }
    depth = 0;
    waiting = nullptr;
}

}  // namespace wick
