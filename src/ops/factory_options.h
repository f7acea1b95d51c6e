#pragma once
// The tensor options that end the schema of every factory.

#include <optional>

#include <wick/tensor/default_dtype.h>

#include "ops/tensor_ops.h"

/// As a schema spells them.
#define WICK_OPTIONS "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"

namespace wick::ops {

/// As a kernel takes them.
using MaybeDType = std::optional<DType>;
using MaybeLayout = std::optional<int64_t>;
/// One that has to be strided: NotImplementedError otherwise.
using MaybeStrided = std::optional<Layout>;
using MaybeDevice = std::optional<Device>;
using Pin = std::optional<bool>;

/// aten::empty_like: uninitialised, of self's sizes; `format` is a schema's `MemoryFormat?`.
Tensor empty_like_in(const Tensor& self, MaybeDType dtype, const MaybeDevice& device, std::optional<int64_t> format);

}  // namespace wick::ops
