#pragma once
// How a typed C++ function becomes a kernel on IValues.

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <wick/support/array_ref.h>
#include <wick/support/check.h>
#include <wick/types/ivalue.h>

#include "ops/op_errors.h"

namespace wick::jit {

class Operator;

/// The arguments of one call: pointers to wherever the values lie (registers, constants), never copied.
struct Args {
    IValue* const* slots;
    size_t count;
    const IValue& operator[](size_t i) const { return *slots[i]; }
    size_t size() const { return count; }
};

/// A kernel reads args and assigns results[0 … number of returns).
struct Kernel {
    using Call = void (*)(const Operator& op, const void* function, Args args, IValue* results);
    Call call = nullptr;
    const void* function = nullptr;
    explicit operator bool() const { return call != nullptr; }
    void operator()(const Operator& op, Args args, IValue* results) const { call(op, function, args, results); }
};

/// A list of ints as kernels want it: copied to the stack. One int stands for a list of one.
using IntList = DimVector;

// unbox<T>(value): the C++ parameter for an IValue.
template <class T>
struct Unbox;

template <>
struct Unbox<IValue> {
    static const IValue& from(const IValue& v) { return v; }
};
template <>
struct Unbox<Tensor> {
    /// None is an undefined tensor (`Tensor?`; call_boxed makes sure that the schema says so).
    static const Tensor& from(const IValue& v) {
        static const Tensor undefined;
        return v.is_none() ? undefined : v.tensor_ref();
    }
};
template <>
struct Unbox<int64_t> {
    static int64_t from(const IValue& v) { return v.is_bool() ? v.to_bool() : v.to_int(); }
};
template <>
struct Unbox<double> {
    static double from(const IValue& v) { return v.is_double() ? v.to_double() : v.to_scalar().to_double(); }
};
template <>
struct Unbox<bool> {
    static bool from(const IValue& v) { return v.is_bool() ? v.to_bool() : v.to_scalar().to_bool(); }
};
template <>
struct Unbox<std::complex<double>> {
    static std::complex<double> from(const IValue& v) { return v.to_scalar().to_complex(); }
};
template <>
struct Unbox<Scalar> {
    static Scalar from(const IValue& v) {
        // A 0-d tensor stands for its number, as in PyTorch.
        return v.is_tensor() ? v.tensor_ref().item() : v.to_scalar();
    }
};
template <>
struct Unbox<DType> {
    static DType from(const IValue& v) {
        DType dtype;
        if (!dtype_from_number(v.to_int(), dtype))
            throw OpError(fmt::format("unsupported ScalarType number {}", v.to_int()));
        return dtype;
    }
};
template <>
struct Unbox<Layout> {
    static Layout from(const IValue& v) {
        if (v.to_int() == static_cast<int64_t>(Layout::strided)) return Layout::strided;
        throw NotImplementedError("only tensors of layout torch.strided are made here");
    }
};
template <>
struct Unbox<Device> {
    static Device from(const IValue& v) { return v.is_string() ? Device::parse(v.to_string()) : v.to_device(); }
};
template <>
struct Unbox<std::string> {
    static const std::string& from(const IValue& v) { return v.to_string(); }
};
template <>
struct Unbox<std::string_view> {
    static std::string_view from(const IValue& v) { return v.to_string(); }
};
template <>
struct Unbox<IntList> {
    static IntList from(const IValue& v) {
        if (!v.is_list()) return IntList{Unbox<int64_t>::from(v)};
        const SharedRead guard(v.to_list());
        const std::vector<IValue>& items = v.to_list().items;
        IntList list;
        list.reserve(items.size());
        for (const IValue& item : items)
            list.push_back(item.is_tensor() ? item.tensor_ref().item().to_int() : Unbox<int64_t>::from(item));
        return list;
    }
};
template <>
struct Unbox<std::vector<Tensor>> {
    static std::vector<Tensor> from(const IValue& v) {
        const SharedRead guard(v.to_list());
        const std::vector<IValue>& items = v.to_list().items;
        std::vector<Tensor> list;
        list.reserve(items.size());
        for (const IValue& item : items) list.push_back(item.tensor_ref());
        return list;
    }
};
template <>
struct Unbox<std::vector<double>> {
    static std::vector<double> from(const IValue& v) { return v.to_double_vector(); }
};
template <>
struct Unbox<std::vector<std::optional<Tensor>>> {
    static std::vector<std::optional<Tensor>> from(const IValue& v) {
        const SharedRead guard(v.to_list());
        std::vector<std::optional<Tensor>> list;
        for (const IValue& item : v.to_list().items)
            list.push_back(item.is_none() ? std::nullopt : std::optional(item.to_tensor()));
        return list;
    }
};
template <class T>
struct Unbox<std::optional<T>> {
    static std::optional<T> from(const IValue& v) {
        if (v.is_none()) return std::nullopt;
        return std::optional<T>(Unbox<T>::from(v));
    }
};
template <>
struct Unbox<ListObject> {
    static ListObject& from(const IValue& v) { return v.to_list(); }
};
template <>
struct Unbox<DictObject> {
    static DictObject& from(const IValue& v) { return v.to_dict(); }
};

// store(result, results): a returned C++ value into its slots.
inline void store(IValue value, IValue* results) { results[0] = std::move(value); }
template <class... T>
void store(std::tuple<T...> values, IValue* results) {
    std::apply([&](auto&... value) { ((*results++ = IValue(std::move(value))), ...); }, values);
}
template <class T>
void store(std::optional<T> value, IValue* results) {
    results[0] = value ? IValue(std::move(*value)) : IValue();
}

/// OpError when argument `index` of the operator must be there: a program may read an attribute that nobody has set.
void check_takes_none(const Operator& op, size_t index);

template <class T>
decltype(auto) unbox(const Operator& op, size_t index, const IValue& value) {
    if constexpr (std::is_same_v<T, Tensor>) {
        if (value.is_none()) [[unlikely]]
            check_takes_none(op, index);
    }
    return Unbox<T>::from(value);
}

// A kernel that takes a ListObject or DictObject runs inside the guard that its parameter asks for: const, or changed.
template <class P>
constexpr bool is_container =
    std::is_same_v<std::remove_cvref_t<P>, ListObject> || std::is_same_v<std::remove_cvref_t<P>, DictObject>;
template <class P>
constexpr bool reads_container = is_container<P>&& std::is_const_v<std::remove_reference_t<P>>;
template <class P>
constexpr bool writes_container = is_container<P> && !std::is_const_v<std::remove_reference_t<P>>;

inline bool is_shared(const IValue& value) { return value.pointer() && value.pointer()->is_shared(); }

template <class R, class... P, size_t... I>
void call_boxed(const Operator& op, R (*function)(P...), Args args, IValue* results, std::index_sequence<I...>) {
    const bool changes_shared = ((writes_container<P> && is_shared(args[I])) || ...);
    const bool reads_shared = ((reads_container<P> && is_shared(args[I])) || ...);
    if constexpr ((writes_container<P> || ...)) {
        // What goes into a shared container is shared with it.
        if (changes_shared) [[unlikely]]
            (share(args[I]), ...);
    }
    const SharedWrite writing(changes_shared);
    const SharedRead reading(reads_shared);
    if constexpr (std::is_void_v<R>) {
        function(unbox<std::remove_cvref_t<P>>(op, I, args[I])...);
    } else {
        store(function(unbox<std::remove_cvref_t<P>>(op, I, args[I])...), results);
    }
}

template <class R, class... P>
Kernel box(R (*function)(P...)) {
    return {[](const Operator& op, const void* f, Args args, IValue* results) {
                WICK_ASSERT(args.size() == sizeof...(P));
                call_boxed(op, reinterpret_cast<R (*)(P...)>(const_cast<void*>(f)), args, results,
                           std::index_sequence_for<P...>());
            },
            reinterpret_cast<const void*>(function)};
}
template <class F>
Kernel box(F lambda) {
    return box(+lambda);
}

}  // namespace wick::jit
