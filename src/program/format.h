#pragma once
// Python's three ways of formatting text: format specifications, str.format, and %.

#include <string>
#include <string_view>

#include "program/thing.h"

namespace wick::jit {

/// Python's format(value, spec) for numbers and strings.
std::string format_value(Session& session, const IValue& value, std::string_view spec);
/// format.format(…).
std::string str_format(Session& session, const std::string& format, const Arguments& arguments);
/// format % values.
std::string percent_format(Session& session, const std::string& format, const IValue& values);

}  // namespace wick::jit
