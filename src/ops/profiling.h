#pragma once
// The door from below up to a profile that is being taken (ops/profiler.h): what is worth a name beside the operators.

#include <string>
#include <utility>

#include "ops/call_handler.h"

namespace wick::jit {

/// Takes a profile: of the operators as a handler of their calls, of ranges as they begin and end.
class CallProfile : public CallHandler {
 public:
    /// Gives what `end` is told. `is_user` for what a program has named.
    virtual int64_t begin(std::string name, bool is_user) = 0;
    virtual void end(int64_t range) = 0;
};

inline CallProfile* call_profile() { return static_cast<CallProfile*>(call_handler(CallMode::kProfiling)); }

/// What happens during the guard's life is a range of the profile, if one is taken: `name` is a function that is asked
/// then only.
class ProfiledRange {
 public:
    template <class Name>
    explicit ProfiledRange(Name name) {
        if (!(CallMode::current() & CallMode::kProfiling)) return;
        profile_ = call_profile();
        range_ = profile_->begin(name(), false);
    }
    ~ProfiledRange() {
        if (profile_) profile_->end(range_);
    }
    ProfiledRange(const ProfiledRange&) = delete;
    ProfiledRange& operator=(const ProfiledRange&) = delete;

 private:
    CallProfile* profile_ = nullptr;
    int64_t range_ = 0;
};

}  // namespace wick::jit
