#include <wick/support/check.h>
#include <wick/tensor/sparse_tensor.h>

#include "tensor/batched_tensor.h"
#include "tensor/zero_storage.h"

namespace wick {

struct TensorImpl::Derived {
    uint32_t version;
    IntrusivePtr<DerivedData> data;
    Derived* older;
};

TensorImpl::TensorImpl(IntrusivePtr<Storage> storage_, DType dtype_, IntArrayRef sizes_, IntArrayRef strides_,
                       int64_t offset_)
    : storage(std::move(storage_)), offset(offset_), sizes(sizes_), strides(strides_), dtype(dtype_) {
    if (storage && storage->read_only() && has_no_elements(*storage)) device = DeviceType::meta;
    refresh();
}

TensorImpl::TensorImpl(IntrusivePtr<Storage> storage_, DType dtype_, IntArrayRef sizes_)
    : storage(std::move(storage_)), sizes(sizes_), strides(contiguous_strides(sizes_)), dtype(dtype_) {
    if (storage && storage->read_only() && has_no_elements(*storage)) device = DeviceType::meta;
    refresh();
}

TensorImpl::~TensorImpl() {
    for (Derived* entry = derived_.load(); entry;) delete std::exchange(entry, entry->older);
    if (RefCounted* meta = autograd_.load()) meta->release();
}

RefCounted* TensorImpl::set_autograd(IntrusivePtr<RefCounted> meta) const {
    RefCounted* known = nullptr;
    if (autograd_.compare_exchange_strong(known, meta.get(), std::memory_order_acq_rel)) return meta.detach();
    return known;
}

void TensorImpl::refresh() {
    numel = 1;
    for (int64_t size : sizes) numel *= size;
}

const DerivedData* TensorImpl::derived(uint32_t version) const {
    const Derived* entry = derived_.load(std::memory_order_acquire);
    return entry && entry->version == version ? entry->data.get() : nullptr;
}

const DerivedData* TensorImpl::set_derived(uint32_t version, IntrusivePtr<DerivedData> data) const {
    // Older entries stay readable until the tensor dies: a running call may still use them.
    auto entry = std::make_unique<Derived>(Derived{version, std::move(data), derived_.load(std::memory_order_acquire)});
    do {
        if (entry->older && entry->older->data && entry->older->version == version) return entry->older->data.get();
    } while (!derived_.compare_exchange_weak(entry->older, entry.get(), std::memory_order_acq_rel));
    return entry.release()->data.get();
}

void TensorImpl::forget_derived() const {
    if (!derived_.load(std::memory_order_acquire)) return;
    auto nothing = std::make_unique<Derived>(Derived{0, nullptr, derived_.load(std::memory_order_acquire)});
    while (!derived_.compare_exchange_weak(nothing->older, nothing.get(), std::memory_order_acq_rel)) {
    }
    nothing.release();
}

int64_t Tensor::size(int64_t d) const { return impl_->sizes[wrap_dim(d, dim())]; }
int64_t Tensor::stride(int64_t d) const { return impl_->strides[wrap_dim(d, dim())]; }

bool Tensor::is_contiguous() const {
    int64_t expected = 1;
    if (impl_->numel == 0) return true;
    for (size_t i = impl_->sizes.size(); i-- > 0;) {
        const int64_t size = impl_->sizes[i];
        if (size == 1) continue;
        if (impl_->strides[i] != expected) return false;
        expected *= size;
    }
    return true;
}

void* Tensor::mutable_data_ptr() const {
    Storage& storage = *impl_->storage;
    if (storage.read_only()) storage.make_writable();
    if (impl_->use_count() == 1 && storage.use_count() == 1 && !impl_->is_data)
        storage.bump_own_version();
    else
        storage.bump_version(!impl_->is_data);
    return static_cast<char*>(storage.data()) + impl_->offset * bytes_of(impl_->dtype);
}

void Tensor::check_dtype(DType expected) const {
    WICK_CHECK(dtype() == expected, "expected scalar type {} but found {}", scalar_name_of(expected),
               scalar_name_of(dtype()));
}

Scalar Tensor::item() const {
    WICK_CHECK(defined(), "item: the tensor is undefined");
    WICK_CHECK(device().type != DeviceType::meta, "Tensor.item() cannot be called on meta tensors");
    WICK_CHECK(numel() == 1, "a Tensor with {} elements cannot be converted to Scalar", numel());
    WICK_CHECK(
        !is_batched(*this),
        "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
        "Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere "
        "inside PyTorch internals, please file a bug report.");
    if (is_sparse()) {
        const Tensor& values = sparse_impl(*this).values;
        WICK_CHECK(values.numel() <= 1, "item: a sparse tensor of several entries in one place has to be coalesced");
        return values.numel() == 0 ? scalar_tensor(0, dtype()).item()
                                   : values.as_strided_unchecked({}, {}, values.storage_offset()).item();
    }
    return dispatch_dtype(dtype(), [&]<class T>() -> Scalar {
        const T value = *data<T>();
        if constexpr (std::is_same_v<T, bool>) {
            return Scalar(value);
        } else if constexpr (std::is_integral_v<T>) {
            return Scalar(static_cast<int64_t>(value));
        } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
            return Scalar(std::complex<double>(value));
        } else {
            return Scalar(static_cast<double>(value));
        }
    });
}

Tensor Tensor::as_strided_unchecked(IntArrayRef sizes, IntArrayRef strides, int64_t offset) const {
    auto view = make_intrusive<TensorImpl>(impl_->storage, impl_->dtype, sizes, strides, offset);
    view->device = impl_->device;
    view->is_data = impl_->is_data;
    return Tensor(std::move(view));
}

DimVector contiguous_strides(IntArrayRef sizes) {
    DimVector strides(sizes.size());
    int64_t step = 1;
    for (size_t i = sizes.size(); i-- > 0;) {
        strides[i] = step;
        // Sizes of a tensor without elements may have any product: it wraps, and nobody goes such a step.
        step =
            static_cast<int64_t>(static_cast<uint64_t>(step) * static_cast<uint64_t>(std::max<int64_t>(sizes[i], 1)));
    }
    return strides;
}

int64_t checked_numel(IntArrayRef sizes) {
    int64_t count = 1;
    bool empty = false;
    for (int64_t size : sizes) {
        WICK_CHECK(size >= 0, "Trying to create tensor with negative dimension {}: {}", size, format_sizes(sizes));
        if (size == 0) empty = true;
        if (size > 0 && __builtin_mul_overflow(count, size, &count)) {
            throw OpError(fmt::format("Storage size calculation overflowed with sizes={}", format_sizes(sizes)));
        }
    }
    return empty ? 0 : count;
}

static int64_t checked_bytes(IntArrayRef sizes, DType dtype) {
    int64_t bytes = 0;
    if (__builtin_mul_overflow(checked_numel(sizes), bytes_of(dtype), &bytes))
        throw OpError(fmt::format("Storage size calculation overflowed with sizes={}", format_sizes(sizes)));
    return bytes;
}

Tensor empty(IntArrayRef sizes, DType dtype) {
    return Tensor(make_intrusive<TensorImpl>(Storage::allocate(checked_bytes(sizes, dtype)), dtype, sizes));
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, DType dtype) {
    int64_t span = checked_numel(sizes) == 0 ? 0 : 1;
    for (size_t i = 0; i < sizes.size() && span > 0; ++i) {
        int64_t reach = 0;
        if (strides[i] < 0 || __builtin_mul_overflow(sizes[i] - 1, strides[i], &reach) ||
            __builtin_add_overflow(span, reach, &span))
            throw OpError(fmt::format("Storage size calculation overflowed with sizes={} and strides={}",
                                      format_sizes(sizes), format_sizes(strides)));
    }
    int64_t bytes = 0;
    WICK_CHECK(!__builtin_mul_overflow(span, bytes_of(dtype), &bytes),
               "Storage size calculation overflowed with sizes={}", format_sizes(sizes));
    return Tensor(make_intrusive<TensorImpl>(Storage::allocate(bytes), dtype, sizes, strides, 0));
}

Tensor scalar_tensor(const Scalar& value, DType dtype) {
    Tensor result = empty({}, dtype);
    dispatch_dtype(dtype, [&]<class T>() { *static_cast<T*>(result.impl()->storage->data()) = value.to<T>(); });
    return result;
}

Tensor from_blob(void* data, IntArrayRef sizes, DType dtype, std::function<void()> release) {
    return from_blob(data, sizes, contiguous_strides(sizes), dtype, std::move(release));
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, DType dtype, std::function<void()> release) {
    WICK_CHECK(sizes.size() == strides.size(), "from_blob: {} sizes but {} strides", sizes.size(), strides.size());
    int64_t span = checked_numel(sizes) == 0 ? 0 : 1;
    for (size_t i = 0; i < sizes.size() && span > 0; ++i) span += (sizes[i] - 1) * strides[i];
    auto storage = Storage::wrap(data, span * bytes_of(dtype), std::move(release));
    return Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0));
}

void check_in_bounds(IntArrayRef sizes, IntArrayRef strides, int64_t offset, int64_t itemsize, int64_t storage_bytes) {
    WICK_CHECK(sizes.size() == strides.size(), "mismatch in length of strides and shape: {} and {}", strides.size(),
               sizes.size());
    WICK_CHECK(offset >= 0, "storage offset must not be negative, got {}", offset);
    const int64_t count = checked_numel(sizes);
    for (int64_t stride : strides)
        WICK_CHECK(stride >= 0, "as_strided: Negative strides are not supported at the moment, got strides: {}",
                   format_sizes(strides));
    if (count == 0) return;
    int64_t last = offset;
    bool overflow = false;
    for (size_t i = 0; i < sizes.size(); ++i) {
        int64_t reach = 0;
        overflow |=
            __builtin_mul_overflow(sizes[i] - 1, strides[i], &reach) || __builtin_add_overflow(last, reach, &last);
    }
    int64_t bytes = 0;
    overflow |= __builtin_add_overflow(last, int64_t{1}, &last) || __builtin_mul_overflow(last, itemsize, &bytes);
    WICK_CHECK(!overflow && bytes <= storage_bytes,
               "setStorage: sizes {}, strides {}, storage offset {}, and itemsize {} requiring a storage size of {} "
               "are out of bounds for "
               "storage of size {}",
               format_sizes(sizes), format_sizes(strides), offset, itemsize, overflow ? INT64_MAX : bytes,
               storage_bytes);
}

int64_t wrap_dim(int64_t d, int64_t rank) {
    const int64_t range = std::max<int64_t>(rank, 1);
    WICK_CHECK_INDEX(d >= -range && d < range,
                     "Dimension out of range (expected to be in range of [{}, {}], but got {})", -range, range - 1, d);
    return d < 0 ? d + range : d;
}

std::string format_sizes(IntArrayRef sizes) { return fmt::format("[{}]", fmt::join(sizes, ", ")); }

DimVector broadcast_sizes(IntArrayRef a, IntArrayRef b) {
    const size_t rank = std::max(a.size(), b.size());
    DimVector result(rank);
    for (size_t i = 0; i < rank; ++i) {
        const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
        const int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
        WICK_CHECK(x == y || x == 1 || y == 1,
                   "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}", x, y,
                   rank - 1 - i);
        result[rank - 1 - i] = x == 1 ? y : x;
    }
    return result;
}

}  // namespace wick
