#pragma once
// Python's interpreter lock.

#include <Python.h>
#include <unistd.h>

namespace wick::python {

/// For a thread that Python wants to end.
[[noreturn]] inline void wait_forever() {
    for (;;) pause();
}

/// While Python shuts down it ends every thread that asks for the lock by unwinding its stack, which destructors and
/// whoever catches everything do not survive. Such a thread waits for the end of the process instead.
template <class F>
auto take_or_wait_forever(const F& take) {
    try {
        return take();
    } catch (...) {
        wait_forever();
    }
}

/// Gives the lock away, so that other threads run Python meanwhile.
class Unlocked {
 public:
    Unlocked() : thread_(PyEval_SaveThread()) {}
    ~Unlocked() {
        take_or_wait_forever([&] { PyEval_RestoreThread(thread_); });
    }
    Unlocked(const Unlocked&) = delete;
    Unlocked& operator=(const Unlocked&) = delete;

 private:
    PyThreadState* const thread_;
};

/// Takes the lock, on any thread; one that has it may take it again.
class Locked {
 public:
    Locked() : state_(take_or_wait_forever([] { return PyGILState_Ensure(); })) {}
    ~Locked() {
        if (!PyGILState_Check()) wait_forever();  // Python code in between was ended
        PyGILState_Release(state_);
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

 private:
    const PyGILState_STATE state_;
};

}  // namespace wick::python
