#include "ops/op_errors.h"

#include <exception>

namespace wick {

void throw_not_implemented(std::string_view op, DType dtype) {
    throw NotImplementedError(fmt::format("\"{}\" not implemented for '{}'", op, scalar_name_of(dtype)));
}

void throw_operators_error(const ScriptError& error) {
    try {
        std::rethrow_if_nested(error);
    } catch (const ScriptError& inner) {
        throw_operators_error(inner);
    } catch (const OpError&) {
        throw;
    } catch (const Error&) {
        // Another kind of error is none of an operator's.
    }
    throw OpError(error.message());
}

}  // namespace wick
