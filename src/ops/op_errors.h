#pragma once
// Errors of operators that PyTorch raises under names of their own.

#include <string_view>

#include <wick/support/check.h>
#include <wick/tensor/dtype.h>

namespace wick {

/// A matrix that has no inverse or no factors of the wanted kind. PyTorch's LinAlgError.
class WICK_API LinAlgError : public OpError {
 public:
    using OpError::OpError;
};

/// Arguments of the right types whose sizes or values don't go together. PyTorch's ValueError.
class WICK_API ArgumentValueError : public OpError {
 public:
    using OpError::OpError;
};

/// An operator is not there for a dtype or layout. PyTorch's NotImplementedError.
class WICK_API NotImplementedError : public OpError {
 public:
    using OpError::OpError;
};

/// `"<op>" not implemented for 'Long'`, as a NotImplementedError.
[[noreturn]] void throw_not_implemented(std::string_view op, DType dtype);

/// The error of the operator that ended a script, of its own kind and without the script's call stack.
[[noreturn]] void throw_operators_error(const ScriptError& error);

}  // namespace wick

/// Throws ArgumentValueError with a formatted message unless `condition` holds.
#define WICK_CHECK_VALUE(condition, ...)                                  \
    do {                                                                  \
        if (!(condition)) [[unlikely]]                                    \
            throw ::wick::ArgumentValueError(::fmt::format(__VA_ARGS__)); \
    } while (false)

/// Throws NotImplementedError for `op` and `dtype` unless `condition` holds.
#define WICK_CHECK_IMPLEMENTED(condition, op, dtype)  \
    do {                                              \
        if (!(condition)) [[unlikely]]                \
            ::wick::throw_not_implemented(op, dtype); \
    } while (false)
