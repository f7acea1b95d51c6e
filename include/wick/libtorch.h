#pragma once
// For programs that were written for libtorch: included in place of <torch/torch.h>, it has wick under the names
// `torch`, `at` and `c10`, and what libtorch spells otherwise. docs/cpp-api.md tells what differs beyond that.

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <wick/data.h>
#include <wick/libtorch/jit.h>
#include <wick/nn.h>
#include <wick/ops/autocast.h>
#include <wick/optim/optim.h>
#include <wick/support/parallel.h>

#define TORCH_MODULE(Name) WICK_MODULE(Name)
#define TORCH_CHECK(condition, ...)                                         \
    do {                                                                    \
        if (!(condition)) throw ::wick::OpError(::torch::str(__VA_ARGS__)); \
    } while (false)
#define TORCH_INTERNAL_ASSERT(condition, ...)                                                                    \
    do {                                                                                                         \
        if (!(condition)) throw ::wick::InternalError(::torch::str(#condition __VA_OPT__(, " ", ) __VA_ARGS__)); \
    } while (false)
#define AT_ASSERT(...) TORCH_INTERNAL_ASSERT(__VA_ARGS__)

// Methods that libtorch spells otherwise: of IValue and Scalar, and x.toType(torch::kLong).
#define isBool is_bool
#define isDouble is_double
#define isInt is_int
#define isList is_list
#define isNone is_none
#define isString is_string
#define isTensor is_tensor
#define isTuple is_tuple
#define toBool to_bool
#define toDouble to_double
#define toDoubleVector to_double_vector
#define toInt to_int
#define toIntVector to_int_vector
#define toStringRef to_string
#define toTensor to_tensor
#define toTensorVector to_tensor_vector
#define toType to

namespace torch {

using namespace wick;

using std::make_optional;
using std::nullopt;
using std::optional;

using libtorch::Dict;
using libtorch::IValue;
using libtorch::List;
template <class T>
using intrusive_ptr = IntrusivePtr<T>;
namespace ivalue {
using libtorch::Object;
using libtorch::Tuple;
}  // namespace ivalue
namespace impl {
using GenericList = libtorch::List<IValue>;
using GenericDict = libtorch::Dict<IValue, IValue>;
}  // namespace impl

/// In place of wick::jit, of which they are made.
namespace jit {
using namespace wick::jit;
using libtorch::CompilationUnit;
using libtorch::compile;
using libtorch::ExtraFilesMap;
using libtorch::freeze;
using libtorch::getGraphExecutorOptimize;
using libtorch::IValue;
using libtorch::Kwargs;
using libtorch::load;
using libtorch::Method;
using libtorch::Module;
using libtorch::optimize_for_inference;
using libtorch::setGraphExecutorOptimize;
using libtorch::Stack;
/// The name of earlier times.
namespace script {
using libtorch::Module;
}
}  // namespace jit

using Dtype = DType;
using ScalarType = DType;
using AutoGradMode = GradModeGuard;
template <class Key, class Value>
using OrderedDict = nn::OrderedDict<Value>;

inline int64_t elementSize(DType dtype) { return bytes_of(dtype); }
inline DType typeMetaToScalarType(DType dtype) { return dtype; }

using CPUGeneratorImpl = GeneratorImpl;
template <std::same_as<CPUGeneratorImpl> Impl>
Generator make_generator(uint64_t seed = Impl::kDefaultSeed) {
    return wick::make_generator(seed);
}
namespace detail {
inline Generator createCPUGenerator(uint64_t seed = GeneratorImpl::kDefaultSeed) { return wick::make_generator(seed); }
}  // namespace detail

/// How losses that are operators reduce: torch::nll_loss(x, y, {}, torch::Reduction::Sum).
namespace Reduction {
enum Reduction : int64_t { None, Mean, Sum };
}

/// Only the CPU has a mode; what is said of other devices is about none.
namespace autocast {
inline bool is_autocast_enabled(DeviceType device) { return device == kCPU && AutocastMode::is_enabled(); }
inline void set_autocast_enabled(DeviceType device, bool enabled) {
    if (device == kCPU) AutocastMode::set_enabled(enabled);
}
inline DType get_autocast_dtype(DeviceType device) { return device == kCPU ? AutocastMode::dtype() : DType::float16; }
inline void set_autocast_dtype(DeviceType device, DType dtype) {
    if (device == kCPU) AutocastMode::set_dtype(dtype);
}
inline bool is_autocast_cache_enabled() { return AutocastMode::is_cache_enabled(); }
inline void set_autocast_cache_enabled(bool enabled) { AutocastMode::set_cache_enabled(enabled); }
inline void clear_cache() { AutocastMode::clear_cache(); }
inline int increment_nesting() { return AutocastMode::enter(); }
inline int decrement_nesting() { return AutocastMode::leave(); }
}  // namespace autocast

/// All of them as one text.
template <class... A>
std::string str(const A&... parts) {
    std::ostringstream stream;
    (stream << ... << parts);
    return stream.str();
}

}  // namespace torch

namespace at = torch;
namespace c10 = torch;
