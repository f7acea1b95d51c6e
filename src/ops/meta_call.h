#pragma once
// Calls with tensors of the meta device, which have sizes and a dtype but no elements (storage_without_elements).
// Kernels never see one: once the process has met the device (CallMode::kMeta), calls that concern it are led here, in
// the place of the kernel, so gradients are recorded as for any call.
//
// What becomes of a call: factories, conversions, pointwise operators, products and convolutions have rules for the
// results' sizes; views, and operators that are made of others, run as they are; in-place ones give what they were
// given. Any other kernel runs on zeros in the place of elements, and its results' elements are dropped.

#include "ops/registry.h"
#include "tensor/call_mode.h"

namespace wick::jit {

/// Where factories that are not told make their tensors on this thread: on the meta device, or as ever.
bool makes_meta();
void set_makes_meta(bool on);

bool is_meta_call(const Operator& op, Args args);
/// NotImplementedError where results depend on elements, or elements are copied to another device.
void call_meta(const Operator& op, Args args, IValue* results);

/// While the parts of a call run that concerns the device, factories in it make their tensors there as well.
class PartsOnMeta {
 public:
    PartsOnMeta(const Operator& op, Args args) : saved_(makes_meta()) {
        if ((CallMode::current() & CallMode::kMeta) && is_meta_call(op, args)) set_makes_meta(true);
    }
    ~PartsOnMeta() {
        if (makes_meta() != saved_) set_makes_meta(saved_);
    }
    PartsOnMeta(const PartsOnMeta&) = delete;
    PartsOnMeta& operator=(const PartsOnMeta&) = delete;

 private:
    const bool saved_;
};

/// The operator's kernel, or what stands for it.
inline void run_kernel(const Operator& op, Args args, IValue* results) {
    if ((CallMode::current() & CallMode::kMeta) && is_meta_call(op, args)) [[unlikely]]
        return call_meta(op, args, results);
    op.kernel(op, args, results);
}

}  // namespace wick::jit
