#pragma once
// Profiles: when each call of an operator began and ended, and inside of which other one.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <wick/support/memory_meter.h>
#include <wick/tensor/dtype.h>

#include "ops/profiling.h"

namespace wick::jit {

struct ProfileEvent {
    std::string name;            ///< "aten::mm", or a range's
    std::string overload;        ///< of an operator
    bool is_user = false;        ///< a range that the program has named
    int64_t begin = 0, end = 0;  ///< nanoseconds of the steady clock; end is 0 while it runs
    int64_t parent = -1;         ///< index of the event of this thread inside of which it happened, -1 for none
    int64_t thread = 0;          ///< the system's number
    int64_t memory = 0;          ///< bytes of tensors that were allocated meanwhile and not freed
    /// Of an operator, by argument: of tensors, and of tensors in lists one after the other; empty for what is none.
    std::vector<std::vector<int64_t>> sizes, strides;
    std::vector<std::optional<DType>> dtypes;
};

struct ProfileOptions {
    bool shapes = false;  ///< sizes, strides and dtypes of arguments
    bool memory = false;
};

/// Takes a profile of the thread that starts it, and of the tasks that its programs fork. One at a time on a thread.
class Profiler : public CallProfile {
 public:
    explicit Profiler(ProfileOptions options) : options_(options) {}
    ~Profiler() override { stop(); }

    void start();
    void stop();
    bool is_running() const { return running_.has_value(); }
    /// In the order in which they began.
    std::vector<ProfileEvent> events() const;

    void call(const Operator& op, Args args, IValue* results) override;
    int64_t begin(std::string name, bool is_user) override;
    void end(int64_t range) override;

 private:
    struct Running {
        explicit Running(Profiler& profiler) : handler(CallMode::kProfiling, &profiler), meter(profiler.meter_.get()) {}
        HandleCalls handler;
        MemoryMeterGuard meter;
    };
    /// Begins it: gives what `end` is told, which no other profile's is.
    int64_t add(ProfileEvent event);
    void close(ProfileEvent& event);
    int64_t memory() const { return meter_ ? meter_->used() : 0; }

    const ProfileOptions options_;
    int64_t serial_ = 0;
    IntrusivePtr<MemoryMeter> meter_;
    std::optional<Running> running_;
    mutable std::mutex mutex_;
    std::vector<ProfileEvent> events_;
};

}  // namespace wick::jit
