#pragma once

#include <utility>

/// Within a class of options: `name()` and `name(value)`, which returns the options, over a member `name_`.
#define WICK_OPTION(type, name)                  \
 public:                                         \
    const type& name() const { return name##_; } \
    auto& name(type value) {                     \
        name##_ = std::move(value);              \
        return *this;                            \
    }                                            \
                                                 \
 private:                                        \
    type name##_
