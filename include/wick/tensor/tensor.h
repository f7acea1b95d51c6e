#pragma once
// Strided tensors: a typed, shaped view of a Storage. Views share it and see each other's writes, as in PyTorch.

#include <atomic>
#include <complex>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <wick/support/array_ref.h>
#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>
#include <wick/tensor/device.h>
#include <wick/tensor/dtype.h>
#include <wick/tensor/memory_format.h>
#include <wick/tensor/scalar.h>
#include <wick/tensor/storage.h>
#include <wick/tensor/tensor_options.h>

namespace wick {

class Generator;
namespace autograd {
class GradFunction;
struct HookHandle;
}  // namespace autograd
namespace indexing {
class TensorIndex;
}
template <class T, size_t N>
class TensorAccessor;

/// Something computed once from a constant tensor and kept beside it, such as packed GEMM weights.
class DerivedData : public RefCounted {};

/// What a Tensor handle points to. Element (i0, i1, …) lies at data() + (i0*strides[0] + i1*strides[1] + …) *
/// bytes_of(dtype).
class WICK_API TensorImpl : public RefCounted {
 public:
    TensorImpl(IntrusivePtr<Storage> storage, DType dtype, IntArrayRef sizes, IntArrayRef strides, int64_t offset);
    /// Contiguous, from the storage's start on.
    TensorImpl(IntrusivePtr<Storage> storage, DType dtype, IntArrayRef sizes);
    ~TensorImpl() override;

    IntrusivePtr<Storage> storage;
    int64_t offset = 0;  ///< of element 0 from the storage's start, in elements
    DimVector sizes;
    DimVector strides;  ///< in elements; may be 0 (broadcast), never negative
    int64_t numel = 0;  ///< product of sizes
    DType dtype;
    Device device;
    /// Gradients are wanted: of a leaf because somebody said so, of a result because of what it was made from.
    bool requires_grad = false;
    /// Parameters, buffers and constants of a loaded module: worth deriving data from (see derived()).
    bool is_constant = false;
    /// What this tensor is a view of, itself no view; null when it is none, or was made without gradient mode.
    IntrusivePtr<TensorImpl> base;
    /// A recorded operator has written to it: views of it that were made before have to take that up.
    bool rewritten = false;
    /// Made by `x.data`, or a view of that: what saved x for a backward pass does not hear of writes to it.
    bool is_data = false;
    /// What is sparse is a SparseTensorImpl (wick/tensor/sparse_tensor.h), without elements at data().
    Layout layout = Layout::strided;

    /// Counts writes (Tensor._version): what a backward pass compares.
    uint32_t version() const { return is_data ? storage->version() : storage->heard_version(); }

    /// Recomputes numel after sizes changed.
    void refresh();

    /// Data derived from this tensor's bytes at storage version `version`, or null. Lock-free.
    const DerivedData* derived(uint32_t version) const;
    /// Publishes derived data; the first one published for a version wins and is returned.
    const DerivedData* set_derived(uint32_t version, IntrusivePtr<DerivedData> data) const;
    /// Nothing that was derived so far holds any more: the tensor gets another storage or geometry.
    void forget_derived() const;

    /// Its gradient and how it was computed, as the room `autograd` keeps them (AutogradMeta); null for most tensors.
    RefCounted* autograd() const { return autograd_.load(std::memory_order_acquire); }
    /// Gives it that for life; the first one given wins and is returned.
    RefCounted* set_autograd(IntrusivePtr<RefCounted> meta) const;

 private:
    mutable std::atomic<RefCounted*> autograd_{nullptr};
    struct Derived;
    mutable std::atomic<Derived*> derived_{nullptr};
};

/// Handle to a tensor; cheap to copy; a default-constructed one is undefined. Operators are methods too: x.sum(1),
/// x.add_(y), x[0]. What programs use of them is compiled from wick/eager.h, which has to be included for that.
class WICK_API Tensor {
 public:
    Tensor() = default;
    explicit Tensor(IntrusivePtr<TensorImpl> impl) : impl_(std::move(impl)) {}
    Tensor(const Tensor&) = default;
    Tensor(Tensor&&) = default;
    ~Tensor() = default;
    Tensor& operator=(const Tensor&) & = default;
    Tensor& operator=(Tensor&&) & = default;
    /// What a call gave is written to: x[0] = y is x[0].copy_(y).
    Tensor& operator=(const Tensor& source) &&;
    Tensor& operator=(const Scalar& value) &&;

    bool defined() const { return static_cast<bool>(impl_); }
    explicit operator bool() const { return defined(); }
    TensorImpl* impl() const { return impl_.get(); }
    const IntrusivePtr<TensorImpl>& impl_ptr() const { return impl_; }
    bool is_same(const Tensor& other) const { return impl_.get() == other.impl_.get(); }

    int64_t dim() const { return static_cast<int64_t>(impl_->sizes.size()); }
    IntArrayRef sizes() const { return impl_->sizes; }
    IntArrayRef strides() const { return impl_->strides; }
    /// Size of dimension d; negative d counts from the end. Throws IndexError.
    int64_t size(int64_t d) const;
    int64_t stride(int64_t d) const;
    int64_t numel() const { return impl_->numel; }
    int64_t storage_offset() const { return impl_->offset; }
    DType dtype() const { return impl_->dtype; }
    DType scalar_type() const { return dtype(); }
    TensorOptions options() const { return TensorOptions(dtype()).device(device()); }
    Device device() const { return impl_->device; }
    Layout layout() const { return impl_->layout; }
    bool is_sparse() const { return impl_->layout == Layout::sparse; }
    int64_t itemsize() const { return bytes_of(impl_->dtype); }
    int64_t nbytes() const { return numel() * itemsize(); }
    /// Row-major without gaps (dimensions of size 1 may have any stride; empty tensors are contiguous).
    bool is_contiguous() const;

    /// Address of element 0, for reading.
    const void* data_ptr() const {
        return static_cast<const char*>(impl_->storage->data()) + impl_->offset * bytes_of(impl_->dtype);
    }
    /// Address of element 0, for writing: counts a write, and makes mapped memory private first.
    void* mutable_data_ptr() const;
    template <class T>
    const T* data() const {
        return static_cast<const T*>(data_ptr());
    }
    template <class T>
    T* mutable_data() const {
        return static_cast<T*>(mutable_data_ptr());
    }
    /// libtorch's: for writing. OpError unless the dtype is that of T.
    template <class T>
    T* data_ptr() const {
        check_dtype(dtype_of<T>);
        return mutable_data<T>();
    }
    /// Elements by their N indices (wick/tensor/tensor_accessor.h). OpError unless the dtype is that of T and the
    /// tensor has N dimensions.
    template <class T, size_t N>
    TensorAccessor<T, N> accessor() const;

    /// Whether operators record what they do with it: it is a leaf that wants a gradient, was made from one, or is a
    /// view of such.
    bool requires_grad() const { return impl_->requires_grad || (impl_->base && impl_->base->rewritten); }
    /// OpError unless the dtype is floating point or complex, and unless this is a leaf when `on` is false.
    const Tensor& set_requires_grad(bool on = true) const;
    /// Not the result of a recorded operator.
    bool is_leaf() const;
    /// What backward passes have summed up for this leaf, or for a result that retains it; undefined before the first.
    Tensor grad() const;
    /// Replaces the gradient; undefined removes it. OpError unless shape and dtype are the tensor's.
    void set_grad(const Tensor& grad) const;
    /// autograd::backward of this tensor alone.
    void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = {}, bool create_graph = false) const;
    /// Makes backward passes keep the gradient of a result in its `grad` too.
    void retain_grad() const;
    bool retains_grad() const;
    /// autograd::register_hook; a hook may also return nothing.
    template <class F>
    autograd::HookHandle register_hook(F hook) const;
    /// Takes a hook of this tensor away, by the number that register_hook's result is too. OpError when there is none.
    void remove_hook(unsigned number) const;
    /// What recorded the call that this tensor is a result of: its name() is "MulBackward0". Null for a leaf.
    IntrusivePtr<autograd::GradFunction> grad_fn() const;
    /// The same elements without any history.
    Tensor detach() const;
    /// Takes the history from this tensor itself; OpError when it is a view, whose base would keep it.
    const Tensor& detach_() const;

    /// The one element as a Python number. Throws OpError unless numel() is 1.
    Scalar item() const;
    template <class T>
    T item() const {
        return item().to<T>();
    }

    /// The index-th along the first dimension; with a tensor, the elements that it names (Python's x[index]).
    Tensor operator[](int64_t index) const;
    Tensor operator[](const Tensor& index) const;
    /// Python's x[a, b, …] and x[a, b, …] = value, with the indices of wick/ops/tensor_index.h. Throws IndexError.
    Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
    Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
    Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& values) const;
    Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& value) const;
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& values) const;
    Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& value) const;

    /// Of a sparse tensor as it is, coalesced or not, without history; OpError for another one.
    Tensor _indices() const;
    Tensor _values() const;
    int64_t _nnz() const;

    /// Same storage, other geometry. The caller guarantees that it fits; see check_in_bounds.
    Tensor as_strided_unchecked(IntArrayRef sizes, IntArrayRef strides, int64_t offset) const;

#include <wick/tensor/tensor_methods.inc>

 private:
    void check_dtype(DType expected) const;
    IntrusivePtr<TensorImpl> impl_;
};

/// Uninitialised row-major tensor. Throws OpError on negative sizes or when the byte count overflows.
WICK_API Tensor empty(IntArrayRef sizes, DType dtype);
/// Uninitialised, with given strides over a storage just large enough.
WICK_API Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, DType dtype);
/// A 0-d tensor holding the number.
WICK_API Tensor scalar_tensor(const Scalar& value, DType dtype);
/// Wraps the caller's memory without a copy (libtorch's from_blob). `data` must outlive the tensor unless `release`
/// owns it.
WICK_API Tensor from_blob(void* data, IntArrayRef sizes, DType dtype = DType::float32,
                          std::function<void()> release = {});
WICK_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, DType dtype,
                          std::function<void()> release = {});

inline Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
    return from_blob(data, sizes, options.dtype().value_or(DType::float32)).set_requires_grad(options.requires_grad());
}

/// Row-major strides for the sizes.
WICK_API DimVector contiguous_strides(IntArrayRef sizes);
/// Product of the sizes; throws OpError on a negative size or overflow of int64.
WICK_API int64_t checked_numel(IntArrayRef sizes);
/// Throws OpError unless every element of the geometry lies inside `storage_bytes` (negative offsets and strides
/// refused).
WICK_API void check_in_bounds(IntArrayRef sizes, IntArrayRef strides, int64_t offset, int64_t itemsize,
                              int64_t storage_bytes);
/// d in [-rank, rank) → [0, rank); rank 0 counts as 1. Throws IndexError in PyTorch's words.
WICK_API int64_t wrap_dim(int64_t d, int64_t rank);
/// "[2, 3]".
WICK_API std::string format_sizes(IntArrayRef sizes);
/// PyTorch's broadcasting of two shapes; throws OpError in PyTorch's words when they do not fit.
WICK_API DimVector broadcast_sizes(IntArrayRef a, IntArrayRef b);

}  // namespace wick
