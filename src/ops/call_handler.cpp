#include "ops/call_handler.h"

#include <bit>

#include <wick/tensor/grad_mode.h>

#include "ops/meta_call.h"
#include "ops/recording.h"
#include "ops/sparse_call.h"

namespace wick::jit {

static thread_local CallHandler* t_handlers[std::bit_width(CallMode::kHandled)] = {};

static CallHandler*& handler_of(uint8_t bit) { return t_handlers[std::bit_width(bit) - 1]; }

CallHandler* call_handler(uint8_t bit) { return handler_of(bit); }

void set_call_handler(uint8_t bit, CallHandler* handler) {
    handler_of(bit) = handler;
    CallMode::set(bit, handler != nullptr);
}

CallSettings::CallSettings() : records_(GradMode::is_enabled()), profile_(call_handler(CallMode::kProfiling)) {}

void CallSettings::apply() const {
    GradMode::set_enabled(records_);
    set_call_handler(CallMode::kProfiling, profile_);
    autocast_.apply();
}

void call_in_mode(uint8_t mode, const Operator& op, Args args, IValue* results) {
    if (const uint8_t handled = mode & CallMode::kHandled)
        handler_of(std::bit_floor(handled))->call(op, args, results);
    else if ((mode & CallMode::kSparse) && !op.takes_any_layout && is_sparse_call(op, args))
        call_sparse(op, args, results);
    else if ((mode & CallMode::kGradients) && is_recorded(op, args))
        call_recorded(op, args, results);
    else
        run_kernel(op, args, results);
}

}  // namespace wick::jit
