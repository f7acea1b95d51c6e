#include "autograd/anomaly.h"

#include <atomic>

#include <wick/support/check.h>

#include "ops/registry.h"
#include "ops/script_output.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {
namespace {

std::atomic<bool> g_enabled{false}, g_checks_nan{true};
AnomalyMode::Reporter g_reporter;
/// The function whose backward runs on this thread, as far as it is watched.
thread_local GradFunction* t_running = nullptr;

void warn(const std::string& text) {
    if (g_reporter.warn) return g_reporter.warn(text);
    jit::script_warn(fmt::format("Warning: {}\n", text));
}

void warn_of(const std::string& what, const Origin* origin, std::string_view of_which) {
    if (origin && !origin->place.empty())
        warn(fmt::format("{} Traceback of forward call that {}:\n{}", what, of_which, origin->place));
    else
        warn(what +
             " No forward pass information available. Enable detect anomaly during forward pass for more information.");
}

void report(const GradFunction& function) {
    const auto* origin = static_cast<const Origin*>(function.origin.get());
    warn_of(fmt::format("Error detected in {}.", function.name()), origin, "caused the error");
    for (; origin && !origin->inducer.empty(); origin = origin->before.get())
        warn_of(fmt::format("\n\nPrevious calculation was induced by {}.", origin->inducer), origin->before.get(),
                "induced the previous calculation");
}

bool has_nan(const Tensor& tensor) {
    const NoGradGuard guard;
    return ops::any(jit::call_operator("aten::isnan", {IValue(tensor)}).to_tensor()).item().to_bool();
}

class Running {
 public:
    explicit Running(GradFunction& function) : before_(std::exchange(t_running, &function)) {}
    ~Running() { t_running = before_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

 private:
    GradFunction* const before_;
};

}  // namespace

bool AnomalyMode::is_enabled() { return g_enabled.load(std::memory_order_relaxed); }
bool AnomalyMode::should_check_nan() { return g_checks_nan.load(std::memory_order_relaxed); }
void AnomalyMode::set_enabled(bool enabled, bool check_nan) {
    g_enabled = enabled;
    g_checks_nan = check_nan;
}
void AnomalyMode::set_reporter(const Reporter& reporter) { g_reporter = reporter; }

IntrusivePtr<RefCounted> origin_here() {
    auto origin = make_intrusive<Origin>();
    if (g_reporter.place) origin->place = g_reporter.place();
    if (t_running) {
        origin->inducer = t_running->name();
        origin->before = IntrusivePtr<Origin>(static_cast<Origin*>(t_running->origin.get()));
    }
    return origin;
}

std::vector<Tensor> apply_watched(GradFunction& function, const std::vector<Tensor>& gradients) {
    const Running running(function);
    try {
        std::vector<Tensor> found = function.apply(gradients);
        for (size_t i = 0; AnomalyMode::should_check_nan() && i < found.size(); ++i)
            WICK_CHECK(!found[i].defined() || !has_nan(found[i]),
                       "Function '{}' returned nan values in its {}th output.", function.name(), i);
        return found;
    } catch (const std::exception&) {
        report(function);
        throw;
    }
}

}  // namespace wick::autograd
