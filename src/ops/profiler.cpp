#include "ops/profiler.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <unistd.h>

#include <wick/support/check.h>

namespace wick::jit {

namespace {

/// The event that this thread is in, of the profile that is taken on it.
thread_local int64_t t_event = -1;

constexpr int kIndexBits = 32;

int64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

void describe(ProfileEvent& event, const IValue& value) {
    const bool is_tensor = value.is_tensor() && value.tensor_ref().defined();
    event.sizes.emplace_back();
    event.strides.emplace_back();
    event.dtypes.emplace_back();
    if (!is_tensor) return;
    const Tensor& tensor = value.tensor_ref();
    event.sizes.back().assign(tensor.sizes().begin(), tensor.sizes().end());
    event.strides.back().assign(tensor.strides().begin(), tensor.strides().end());
    event.dtypes.back() = tensor.dtype();
}

void describe(ProfileEvent& event, Args args) {
    for (size_t i = 0; i < args.size(); ++i) {
        const bool holds_tensors = args[i].is_list() && args[i].to_list().element_type->is(TypeKind::Tensor);
        if (!holds_tensors) {
            describe(event, args[i]);
            continue;
        }
        for (const IValue& item : args[i].to_list().items) describe(event, item);
    }
}

}  // namespace

void Profiler::start() {
    WICK_CHECK(!call_handler(CallMode::kProfiling), "Profiler is already enabled on this thread");
    static std::atomic<int64_t> serial{0};
    serial_ = ++serial;
    events_.clear();
    t_event = -1;
    if (options_.memory) meter_ = make_intrusive<MemoryMeter>(std::numeric_limits<int64_t>::max());
    running_.emplace(*this);
}

void Profiler::stop() {
    running_.reset();
    // Ranges that it ends in the middle of.
    const std::lock_guard lock(mutex_);
    for (ProfileEvent& event : events_)
        if (event.end == 0) close(event);
}

void Profiler::close(ProfileEvent& event) {
    event.end = now();
    event.memory += memory();
}

std::vector<ProfileEvent> Profiler::events() const {
    const std::lock_guard lock(mutex_);
    return events_;
}

int64_t Profiler::add(ProfileEvent event) {
    event.thread = gettid();
    event.parent = t_event;
    event.memory = -memory();
    const std::lock_guard lock(mutex_);
    t_event = static_cast<int64_t>(events_.size());
    events_.push_back(std::move(event));
    events_.back().begin = now();
    return serial_ << kIndexBits | t_event;
}

int64_t Profiler::begin(std::string name, bool is_user) {
    ProfileEvent event;
    event.name = std::move(name);
    event.is_user = is_user;
    return add(std::move(event));
}

void Profiler::end(int64_t range) {
    const std::lock_guard lock(mutex_);
    if (range >> kIndexBits != serial_) return;
    ProfileEvent& event = events_[range & ((int64_t{1} << kIndexBits) - 1)];
    close(event);
    t_event = event.parent;
}

void Profiler::call(const Operator& op, Args args, IValue* results) {
    // Those begin and end ranges, which are not to lie inside of them.
    if (op.name.starts_with("profiler::")) return pass_on(CallMode::kProfiling, op, args, results);
    ProfileEvent event;
    event.name = op.name;
    event.overload = op.overload;
    if (options_.shapes) describe(event, args);
    const struct Ended {
        Profiler& profiler;
        const int64_t range;
        ~Ended() { profiler.end(range); }
    } ended{*this, add(std::move(event))};
    pass_on(CallMode::kProfiling, op, args, results);
}

}  // namespace wick::jit
