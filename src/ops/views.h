#pragma once
// What the files of views share: other sizes and strides over the same storage.

#include "ops/registry.h"
#include "ops/take_over.h"

namespace wick::ops {

/// The elements from the same first one on, under sizes and strides that stay inside of the storage.
inline Tensor with_geometry(const Tensor& self, IntArrayRef sizes, IntArrayRef strides) {
    return self.as_strided_unchecked(sizes, strides, self.storage_offset());
}

/// In-place view operators give the handle itself the view's geometry.
inline const Tensor& become(const Tensor& self, const Tensor& view) {
    take_over(self, view);
    return self;
}

}  // namespace wick::ops

namespace wick::jit {

// Called by register_views (families.h).
void register_axis_views(Registry& ops);
void register_part_views(Registry& ops);
void register_splitting(Registry& ops);
void register_element_views(Registry& ops);

}  // namespace wick::jit
