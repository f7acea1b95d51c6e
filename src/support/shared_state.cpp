#include <atomic>
#include <mutex>
#include <thread>

#include <wick/support/check.h>
#include <wick/support/shared_state.h>

namespace wick {
namespace {

/// What one thread shows the others: a cache line of its own, in a list that only grows. A thread that ends leaves its
/// line to the next.
struct alignas(64) Line {
    std::atomic<bool> reading{false};
    std::atomic<bool> taken{true};
    std::atomic<int> calls{0};  ///< that this thread is in
    Line* next = nullptr;
};

std::atomic<Line*> g_lines{nullptr};
std::atomic<bool> g_writing{false};
std::mutex g_writers;

Line* take_line() {
    for (Line* line = g_lines.load(std::memory_order_acquire); line; line = line->next) {
        bool expected = false;
        if (line->taken.compare_exchange_strong(expected, true, std::memory_order_acq_rel)) return line;
    }
    auto* line = new Line;
    line->next = g_lines.load(std::memory_order_relaxed);
    while (!g_lines.compare_exchange_weak(line->next, line, std::memory_order_acq_rel)) {
    }
    return line;
}

}  // namespace

/// What a thread holds. Constant-initialised, so that reading it asks nothing first.
struct ThreadGuards {
    Line* line = nullptr;  ///< once a guard was entered
    int reads = 0;         ///< nested
    int writes = 0;        ///< nested
};

namespace {

constinit thread_local ThreadGuards t_guards;

struct LineReturn {
    ~LineReturn() {
        if (Line* line = std::exchange(t_guards.line, nullptr)) line->taken.store(false, std::memory_order_release);
    }
};

[[gnu::noinline]] Line& first_line() {
    static thread_local LineReturn at_end;
    static_cast<void>(&at_end);
    t_guards.line = take_line();
    return *t_guards.line;
}

Line& line_of(ThreadGuards& self) { return self.line ? *self.line : first_line(); }

/// Shows the others what this thread is about to do. While one of them writes, it is taken back and waits.
template <class Show, class Hide>
void show_when_nobody_writes(Show show, Hide hide) {
    for (;;) {
        // Either the writer sees this, or this sees the writer: both orders are sequentially consistent.
        show();
        if (!g_writing.load(std::memory_order_seq_cst)) return;
        hide();
        g_writing.wait(true, std::memory_order_acquire);
    }
}

}  // namespace

ThreadGuards* SharedRead::enter() {
    ThreadGuards& self = t_guards;
    if (self.reads++ > 0 || self.writes > 0) return &self;
    std::atomic<bool>& reading = line_of(self).reading;
    show_when_nobody_writes([&] { reading.store(true, std::memory_order_seq_cst); },
                            [&] { reading.store(false, std::memory_order_release); });
    return &self;
}

void SharedRead::leave(ThreadGuards& self) noexcept {
    if (--self.reads == 0 && self.writes == 0) self.line->reading.store(false, std::memory_order_release);
}

void SharedWrite::enter() {
    ThreadGuards& self = t_guards;
    WICK_ASSERT(self.writes > 0 || self.reads == 0);
    if (self.writes++ > 0) return;
    g_writers.lock();
    g_writing.store(true, std::memory_order_seq_cst);
    for (Line* line = g_lines.load(std::memory_order_seq_cst); line; line = line->next) {
        while (line->reading.load(std::memory_order_seq_cst)) std::this_thread::yield();
    }
}

void SharedWrite::leave() noexcept {
    if (--t_guards.writes > 0) return;
    g_writing.store(false, std::memory_order_release);
    g_writing.notify_all();
    g_writers.unlock();
}

SharedCall::SharedCall() {
    ThreadGuards& self = t_guards;
    std::atomic<int>& calls = line_of(self).calls;
    // Only this thread writes its number.
    const int others = calls.load(std::memory_order_relaxed);
    const auto order = is_single_threaded() ? std::memory_order_relaxed : std::memory_order_seq_cst;
    const auto show = [&] { calls.store(others + 1, order); };
    if (self.writes + self.reads > 0) {
        show();
        return;
    }
    // No call begins while a tensor is being reshaped.
    show_when_nobody_writes(show, [&] { calls.store(others, std::memory_order_release); });
}

SharedCall::~SharedCall() {
    std::atomic<int>& calls = t_guards.line->calls;
    calls.store(calls.load(std::memory_order_relaxed) - 1, std::memory_order_release);
}

SharedReshape::SharedReshape(const RefCounted& object) : guard_(object) {
    if (!object.is_shared()) return;
    for (Line* line = g_lines.load(std::memory_order_acquire); line; line = line->next) {
        WICK_CHECK(line == t_guards.line || line->calls.load(std::memory_order_seq_cst) == 0,
                   "a tensor that calls share cannot change its shape or place while another call runs");
    }
}

}  // namespace wick
