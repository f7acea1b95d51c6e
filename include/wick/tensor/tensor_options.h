#pragma once
// What a factory is told about the tensor it makes, as libtorch's TensorOptions:
//
//   zeros({2, 3}, dtype(kFloat64).requires_grad(true))

#include <optional>

#include <wick/tensor/device.h>
#include <wick/tensor/dtype.h>

namespace wick {

/// How elements are kept: each at its place, or only some, with their coordinates (wick/tensor/sparse_tensor.h). The
/// numbers are those of PyTorch's schemas.
enum class Layout : int8_t { strided = 0, sparse = 1 };
inline constexpr Layout kStrided = Layout::strided, kSparse = Layout::sparse;

class TensorOptions {
 public:
    TensorOptions() = default;
    TensorOptions(DType dtype) : dtype_(dtype) {}
    TensorOptions(Device device) : device_(device) {}
    TensorOptions(DeviceType type) : device_(type) {}

    TensorOptions dtype(std::optional<DType> dtype) const { return with(&TensorOptions::dtype_, dtype); }
    TensorOptions device(std::optional<Device> device) const { return with(&TensorOptions::device_, device); }
    TensorOptions layout(std::optional<Layout> layout) const { return with(&TensorOptions::layout_, layout); }
    TensorOptions requires_grad(bool on) const { return with(&TensorOptions::requires_grad_, on); }

    /// What was not said is the operator's to choose.
    const std::optional<DType>& dtype() const { return dtype_; }
    const std::optional<Device>& device() const { return device_; }
    const std::optional<Layout>& layout() const { return layout_; }
    bool requires_grad() const { return requires_grad_; }

 private:
    template <class T>
    TensorOptions with(T TensorOptions::*field, const T& value) const {
        TensorOptions changed = *this;
        changed.*field = value;
        return changed;
    }

    std::optional<DType> dtype_;
    std::optional<Device> device_;
    std::optional<Layout> layout_;
    bool requires_grad_ = false;
};

inline TensorOptions dtype(DType dtype) { return TensorOptions(dtype); }
inline TensorOptions device(Device device) { return TensorOptions(device); }
inline TensorOptions requires_grad(bool on = true) { return TensorOptions().requires_grad(on); }

// libtorch's names of the dtypes.
inline constexpr DType kUInt8 = DType::uint8, kByte = DType::uint8;
inline constexpr DType kInt8 = DType::int8, kChar = DType::int8;
inline constexpr DType kInt16 = DType::int16, kShort = DType::int16;
inline constexpr DType kInt32 = DType::int32, kInt = DType::int32;
inline constexpr DType kInt64 = DType::int64, kLong = DType::int64;
inline constexpr DType kFloat16 = DType::float16, kHalf = DType::float16;
inline constexpr DType kBFloat16 = DType::bfloat16;
inline constexpr DType kFloat32 = DType::float32, kFloat = DType::float32;
inline constexpr DType kFloat64 = DType::float64, kDouble = DType::float64;
inline constexpr DType kComplexFloat = DType::complex64, kComplexDouble = DType::complex128;
inline constexpr DType kBool = DType::bool_;

}  // namespace wick
