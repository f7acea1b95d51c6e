#pragma once
// State that calls share: the attributes of a module, the lists and dicts that hang on them, what a fork gives back.
//
// A value is reached by one call alone until it is shared: stored in a module, handed to a task. Only then is it read
// and changed under the guards below, so that a program which changes its module while other threads call it can lose
// an update, as it would in Python, and can corrupt nothing. There is one lock for all shared state. Readers write to
// nothing that other threads read, so any number of threads read the same module without slowing each other; a change
// waits until no thread reads. Both are held for the time of one access, never while a script runs.

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>

namespace wick {

struct ThreadGuards;

/// Held while a shared object is read. Costs nothing for an object that is not shared. May be nested.
class WICK_API SharedRead {
 public:
    explicit SharedRead(bool is_shared) {
        if (is_shared) [[unlikely]]
            guards_ = enter();
    }
    explicit SharedRead(const RefCounted& object) : SharedRead(object.is_shared()) {}
    ~SharedRead() {
        if (guards_) [[unlikely]]
            leave(*guards_);
    }
    SharedRead(const SharedRead&) = delete;
    SharedRead& operator=(const SharedRead&) = delete;

 private:
    static ThreadGuards* enter();
    static void leave(ThreadGuards& self) noexcept;
    ThreadGuards* guards_ = nullptr;  ///< this thread's, when something is held
};

/// Held while a shared object is changed. May be nested, and reads may be nested in it, but it is never taken inside a
/// SharedRead.
class WICK_API SharedWrite {
 public:
    explicit SharedWrite(bool is_shared) : held_(is_shared) {
        if (held_) [[unlikely]]
            enter();
    }
    explicit SharedWrite(const RefCounted& object) : SharedWrite(object.is_shared()) {}
    ~SharedWrite() {
        if (held_) [[unlikely]]
            leave();
    }
    SharedWrite(const SharedWrite&) = delete;
    SharedWrite& operator=(const SharedWrite&) = delete;

 private:
    static void enter();
    static void leave() noexcept;
    const bool held_;
};

/// Held by a call for as long as it runs.
class WICK_API SharedCall {
 public:
    SharedCall();
    ~SharedCall();
    SharedCall(const SharedCall&) = delete;
    SharedCall& operator=(const SharedCall&) = delete;
};

/// Held while a shared tensor gets another shape or place in memory. Kernels read tensors without a guard, so this is
/// only possible while one call runs: OpError otherwise.
class WICK_API SharedReshape {
 public:
    explicit SharedReshape(const RefCounted& object);

 private:
    const SharedWrite guard_;
};

}  // namespace wick
