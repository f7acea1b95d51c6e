#pragma once
// How C++ calls an operator: the generated functions of wick/ops/functions.h consist of one OperatorHandle each.
//
//   inline Tensor mm(const Tensor& self, const Tensor& mat2) {
//       static const OperatorHandle op("aten::mm");
//       return op.call<Tensor>(self, mat2);
//   }

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <wick/support/array_ref.h>
#include <wick/support/export.h>
#include <wick/tensor/generator.h>
#include <wick/tensor/tensor.h>
#include <wick/tensor/tensor_options.h>
#include <wick/types/ivalue.h>

namespace wick {

namespace jit {
class Operator;
}

// Arguments as the values that operators take.
inline IValue boxed(const Tensor& value) { return IValue(value); }
inline IValue boxed(const Scalar& value) { return IValue(value); }
inline IValue boxed(bool value) { return IValue(value); }
inline IValue boxed(int64_t value) { return IValue(value); }
inline IValue boxed(double value) { return IValue(value); }
inline IValue boxed(std::complex<double> value) { return IValue(value); }
inline IValue boxed(std::string_view value) { return IValue(value); }
inline IValue boxed(const std::string& value) { return IValue(value); }
inline IValue boxed(DType value) { return IValue(static_cast<int64_t>(value)); }
inline IValue boxed(MemoryFormat value) { return IValue(static_cast<int64_t>(value)); }
inline IValue boxed(Device value) { return IValue(value); }
inline IValue boxed(const Generator& value) { return value.defined() ? IValue::capsule(value.impl_ptr()) : IValue(); }
inline IValue boxed(IValue value) { return value; }
inline IValue boxed(std::nullopt_t) { return {}; }
inline IValue boxed(const std::vector<bool>& values) { return IValue(values); }
inline IValue boxed(const std::vector<double>& values) { return IValue(values); }
inline IValue boxed(const std::vector<Tensor>& values) { return IValue(values); }
/// One number stands for `length` of them where an operator wants so many ("int[2] stride").
WICK_API IValue boxed(IntArrayRef values, int64_t length = 0);
WICK_API IValue boxed(ArrayRef<double> values);
/// A list in which undefined tensors are None.
WICK_API IValue boxed_optional(const std::vector<Tensor>& values);
inline IValue boxed(const OptionalIntArrayRef& values, int64_t length = 0) {
    return values.has_value() ? boxed(values.value(), length) : IValue();
}
template <class T>
IValue boxed(const std::optional<T>& value) {
    return value ? boxed(*value) : IValue();
}

// Results as C++ values.
template <class T>
struct Unboxed;
template <>
struct Unboxed<Tensor> {
    static Tensor from(const IValue& value) { return value.to_tensor(); }
};
template <>
struct Unboxed<std::vector<Tensor>> {
    static std::vector<Tensor> from(const IValue& value) { return value.to_tensor_vector(); }
};
template <>
struct Unboxed<bool> {
    static bool from(const IValue& value) { return value.to_bool(); }
};
template <>
struct Unboxed<int64_t> {
    static int64_t from(const IValue& value) { return value.to_int(); }
};
template <>
struct Unboxed<double> {
    static double from(const IValue& value) { return value.to_double(); }
};
template <>
struct Unboxed<Scalar> {
    static Scalar from(const IValue& value) { return value.to_scalar(); }
};
template <>
struct Unboxed<DType> {
    static DType from(const IValue& value) { return static_cast<DType>(value.to_int()); }
};
template <>
struct Unboxed<Device> {
    static Device from(const IValue& value) { return value.to_device(); }
};
template <>
struct Unboxed<std::string> {
    static std::string from(const IValue& value) { return value.to_string(); }
};
template <>
struct Unboxed<std::vector<int64_t>> {
    static std::vector<int64_t> from(const IValue& value) { return value.to_int_vector(); }
};

template <class T>
struct ResultsOf {
    static constexpr size_t count = 1;
    static T from(const IValue* results) { return Unboxed<T>::from(results[0]); }
};
template <>
struct ResultsOf<void> {
    static constexpr size_t count = 1;
    static void from(const IValue*) {}
};
template <class... T>
struct ResultsOf<std::tuple<T...>> {
    static constexpr size_t count = sizeof...(T);
    static std::tuple<T...> from(const IValue* results) { return from(results, std::index_sequence_for<T...>()); }

 private:
    template <size_t... I>
    static std::tuple<T...> from(const IValue* results, std::index_sequence<I...>) {
        return {Unboxed<T>::from(results[I])...};
    }
};

/// An operator, looked up once.
class WICK_API OperatorHandle {
 public:
    /// "aten::add.Tensor"; InternalError when there is none of that name.
    explicit OperatorHandle(std::string_view name);

    /// Calls it with all of its arguments, in the schema's order. In gradient mode the call is recorded. Throws OpError
    /// for what the operator refuses.
    template <class R, class... A>
    R call(const A&... arguments) const {
        IValue values[] = {boxed(arguments)...};
        IValue* slots[sizeof...(A)];
        for (size_t i = 0; i < sizeof...(A); ++i) slots[i] = &values[i];
        IValue results[ResultsOf<R>::count];
        call(slots, sizeof...(A), results);
        return ResultsOf<R>::from(results);
    }
    /// A factory's call: its result is made a leaf that wants gradients where the options say so.
    template <class... A>
    Tensor make(const TensorOptions& options, const A&... arguments) const {
        Tensor made = call<Tensor>(arguments...);
        if (options.requires_grad()) made.set_requires_grad();
        return made;
    }

 private:
    void call(IValue* const* arguments, size_t count, IValue* results) const;
    const jit::Operator& op_;
};

}  // namespace wick
