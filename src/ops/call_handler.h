#pragma once
// Who stands before the calls of operators on a thread: a mode of Python's, a profiler, autocast, vmap, a trace. Each
// has a bit of CallMode, sees the call as those before it pass it on, and passes it on itself to the bits below its
// own:
//
//   mode ─► profiler ─► autocast ─► vmap ─► trace ─► body for sparse tensors, or record for gradients ─► kernel
//
// Calls that an operator makes inside of itself begin anew at the first, so whoever is not to see them turns its bit
// off meanwhile.

#include "ops/autocast.h"
#include "ops/registry.h"
#include "tensor/call_mode.h"

namespace wick::jit {

class CallHandler {
 public:
    virtual ~CallHandler() = default;
    virtual void call(const Operator& op, Args args, IValue* results) = 0;
};

/// The bit's handler on this thread; null while the bit is off.
CallHandler* call_handler(uint8_t bit);
/// Sets it, and the bit; null turns it off.
void set_call_handler(uint8_t bit, CallHandler* handler);

/// As above, for the lifetime of the guard.
class HandleCalls {
 public:
    HandleCalls(uint8_t bit, CallHandler* handler) : bit_(bit), saved_(call_handler(bit)) {
        set_call_handler(bit, handler);
    }
    ~HandleCalls() { set_call_handler(bit_, saved_); }
    HandleCalls(const HandleCalls&) = delete;
    HandleCalls& operator=(const HandleCalls&) = delete;

 private:
    const uint8_t bit_;
    CallHandler* const saved_;
};

/// What becomes of calls on a thread, for what another one does on its account: a forked task.
class CallSettings {
 public:
    /// Those of this thread.
    CallSettings();
    void set_autocast(const AutocastState& state) { autocast_ = state; }
    void apply() const;

 private:
    bool records_;
    CallHandler* profile_;
    AutocastState autocast_;
};

/// They hold on this thread for the lifetime of the guard.
class CallSettingsGuard {
 public:
    explicit CallSettingsGuard(const CallSettings& settings) { settings.apply(); }
    ~CallSettingsGuard() { saved_.apply(); }
    CallSettingsGuard(const CallSettingsGuard&) = delete;
    CallSettingsGuard& operator=(const CallSettingsGuard&) = delete;

 private:
    const CallSettings saved_;
};

/// The call as it is in a mode of fewer bits than the thread's.
void call_in_mode(uint8_t mode, const Operator& op, Args args, IValue* results);
/// To who stands after the bit.
inline void pass_on(uint8_t bit, const Operator& op, Args args, IValue* results) {
    call_in_mode(CallMode::current() & (bit - 1), op, args, results);
}

}  // namespace wick::jit
