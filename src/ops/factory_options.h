#pragma once
// The tensor options that end the schema of every factory.

#include <optional>

#include <wick/tensor/default_dtype.h>

#include "ops/op_errors.h"
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

/// Whether a sparse tensor is asked for; NotImplementedError where it is neither that nor a strided one.
inline bool is_sparse_layout(const MaybeLayout& layout) {
    if (!layout || *layout == static_cast<int64_t>(Layout::strided)) return false;
    if (*layout == static_cast<int64_t>(Layout::sparse)) return true;
    throw NotImplementedError("only tensors of layout torch.strided and torch.sparse_coo are made here");
}

/// aten::empty_like: uninitialised, of self's sizes; `format` is a schema's `MemoryFormat?`.
Tensor empty_like_in(const Tensor& self, MaybeDType dtype, const MaybeDevice& device, std::optional<int64_t> format);

}  // namespace wick::ops
