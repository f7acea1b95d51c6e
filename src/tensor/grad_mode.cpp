#include <atomic>

#include <wick/tensor/grad_mode.h>

#include "tensor/call_mode.h"

namespace wick {

static thread_local uint8_t t_mode = CallMode::kGradients;
static std::atomic<uint8_t> g_mode{0};

uint8_t CallMode::current() { return t_mode | g_mode.load(std::memory_order_relaxed); }
void CallMode::meet(uint8_t bit) {
    if (!(g_mode.load(std::memory_order_relaxed) & bit)) g_mode.fetch_or(bit, std::memory_order_relaxed);
}
void CallMode::set(uint8_t bit, bool on) { t_mode = static_cast<uint8_t>(on ? t_mode | bit : t_mode & ~bit); }

bool GradMode::is_enabled() { return (t_mode & CallMode::kGradients) != 0; }
void GradMode::set_enabled(bool enabled) { CallMode::set(CallMode::kGradients, enabled); }

}  // namespace wick
