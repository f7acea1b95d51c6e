#pragma once
// What the families of language builtins share: entries generated over the number types of the language.
//
// A table row names the overloads as PyTorch does ("int float int_float Scalar"), and an overload's name says its
// argument types. One generic body serves them all: the arguments are brought to their common type first
// (int < float < complex, as C++ and PyTorch do), so a body takes one type, constrained to those it is defined for.

#include <cmath>
#include <complex>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include <wick/support/memory_meter.h>

#include "ops/arithmetic.h"
#include "ops/registry.h"

namespace wick::jit {

/// The schema spelling of a C++ parameter or result type.
template <class T>
constexpr std::string_view spelling() {
    if constexpr (std::is_same_v<T, bool>) return "bool";
    if constexpr (std::is_same_v<T, int64_t>) return "int";
    if constexpr (std::is_same_v<T, double>) return "float";
    if constexpr (std::is_same_v<T, Complex>) return "complex";
    if constexpr (std::is_same_v<T, Scalar>) return "Scalar";
    if constexpr (std::is_same_v<T, std::string>) return "str";
    if constexpr (std::is_same_v<T, Device>) return "Device";
}

template <class To, class From>
To number_cast(From value) {
    return static_cast<To>(value);
}

/// Calls f with the scalar's own type (bool as int).
template <class F>
decltype(auto) on_scalar(const Scalar& s, F&& f) {
    if (s.is_integral()) return f(s.to_int());
    if (s.is_floating()) return f(s.to_double());
    return f(s.to_complex());
}

namespace detail {

/// What F gives on Scalars: its own result type if that is one real or bool type whatever goes in, else Scalar.
template <class F, class... C>
struct ScalarResult;
template <class F>
struct ScalarResult<F, int64_t> {
    using type = Scalar;
};
template <class F>
struct ScalarResult<F, int64_t, int64_t> {
    using I = std::invoke_result_t<F, int64_t, int64_t>;
    using D = std::invoke_result_t<F, double, double>;
    using type = std::conditional_t<std::is_same_v<I, D> && !std::is_same_v<I, Complex>, I, Scalar>;
};

[[noreturn]] inline void no_complex(const Operator& op) {
    throw OpError(fmt::format("{}: complex numbers are not supported", op.name));
}

template <class F, class A>
void unary_kernel(const Operator&, const void*, Args args, IValue* results) {
    results[0] = F()(Unbox<A>::from(args[0]));
}

template <class F>
void unary_scalar_kernel(const Operator& op, const void*, Args args, IValue* results) {
    on_scalar(Unbox<Scalar>::from(args[0]), [&](auto a) {
        if constexpr (std::is_invocable_v<F, decltype(a)>) {
            results[0] = F()(a);
        } else {
            no_complex(op);
        }
    });
}

template <class F, class A, class B>
void binary_kernel(const Operator&, const void*, Args args, IValue* results) {
    using C = Common<A, B>;
    results[0] = F()(number_cast<C>(Unbox<A>::from(args[0])), number_cast<C>(Unbox<B>::from(args[1])));
}

template <class F>
void binary_scalar_kernel(const Operator& op, const void*, Args args, IValue* results) {
    using R = typename ScalarResult<F, int64_t, int64_t>::type;
    on_scalar(Unbox<Scalar>::from(args[0]), [&](auto a) {
        on_scalar(Unbox<Scalar>::from(args[1]), [&](auto b) {
            using C = Common<decltype(a), decltype(b)>;
            if constexpr (std::is_invocable_v<F, C, C>) {
                using Got = std::invoke_result_t<F, C, C>;
                if constexpr (std::is_same_v<R, Scalar> || std::is_same_v<R, Got>) {
                    results[0] = F()(number_cast<C>(a), number_cast<C>(b));
                } else {
                    no_complex(op);
                }
            } else {
                no_complex(op);
            }
        });
    });
}

struct OverloadKernel {
    std::string_view result;
    Kernel::Call call = nullptr;
};

template <class F, class A, class B>
void match_binary(std::string_view a, std::string_view b, OverloadKernel& found) {
    using C = Common<A, B>;
    if constexpr (std::is_invocable_v<F, C, C>) {
        if (a == spelling<A>() && b == spelling<B>())
            found = {spelling<std::invoke_result_t<F, C, C>>(), &binary_kernel<F, A, B>};
    }
}

template <class F, class A>
void match_binaries(std::string_view a, std::string_view b, OverloadKernel& found) {
    match_binary<F, A, bool>(a, b, found);
    match_binary<F, A, int64_t>(a, b, found);
    match_binary<F, A, double>(a, b, found);
    match_binary<F, A, Complex>(a, b, found);
}

template <class F, class A>
void match_unary(std::string_view a, OverloadKernel& found) {
    if constexpr (std::is_invocable_v<F, A>) {
        if (a == spelling<A>()) found = {spelling<std::invoke_result_t<F, A>>(), &unary_kernel<F, A>};
    }
}

/// Takes the next word off a list separated by blanks.
inline std::string_view next_word(std::string_view& words) {
    const size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    return word;
}

/// The overload part of an operator's name: "Scalar" alone stands for the unnamed overload of a binary operator.
inline std::string full_name(std::string_view name, std::string_view overload) {
    return overload.empty() ? std::string(name) : fmt::format("{}.{}", name, overload);
}

}  // namespace detail

/// Registers `name` for every overload listed; f takes one number. `Scalar` takes any number and gives a Scalar.
template <class F>
void add_unary(Registry& ops, std::string_view name, std::string_view overloads, F) {
    while (!overloads.empty()) {
        const std::string_view overload = detail::next_word(overloads);
        detail::OverloadKernel found;
        if (overload == "Scalar") {
            found = {"Scalar", &detail::unary_scalar_kernel<F>};
        } else {
            detail::match_unary<F, bool>(overload, found);
            detail::match_unary<F, int64_t>(overload, found);
            detail::match_unary<F, double>(overload, found);
            detail::match_unary<F, Complex>(overload, found);
        }
        WICK_ASSERT(found.call);
        ops.add(fmt::format("{}.{}({} a) -> {}", name, overload, overload, found.result)).boxed(found.call);
    }
}

/// Registers `name` for every overload listed; f takes two numbers of one type. "int" is (int, int), "int_float" is
/// (int, float), "Scalar" is the unnamed overload on any two numbers, "Scalar_Scalar" the named one.
template <class F>
void add_binary(Registry& ops, std::string_view name, std::string_view overloads, F) {
    while (!overloads.empty()) {
        const std::string_view overload = detail::next_word(overloads);
        const size_t bar = overload.find('_');
        const std::string_view a = overload.substr(0, bar);
        const std::string_view b = bar == std::string_view::npos ? a : overload.substr(bar + 1);
        detail::OverloadKernel found;
        if (a == "Scalar") {
            using R = typename detail::ScalarResult<F, int64_t, int64_t>::type;
            found = {spelling<R>(), &detail::binary_scalar_kernel<F>};
        } else {
            if (a == "bool") detail::match_binaries<F, bool>(a, b, found);
            if (a == "int") detail::match_binaries<F, int64_t>(a, b, found);
            if (a == "float") detail::match_binaries<F, double>(a, b, found);
            if (a == "complex") detail::match_binaries<F, Complex>(a, b, found);
        }
        WICK_ASSERT(found.call);
        const std::string full = detail::full_name(name, overload == "Scalar" ? "" : overload);
        ops.add(fmt::format("{}({} a, {} b) -> {}", full, a, b, found.result)).boxed(found.call);
    }
}

/// Python's index rule: negative counts from the end. Throws IndexError with the message unless it falls inside.
inline size_t checked_index(int64_t index, size_t size, const char* message) {
    const int64_t n = static_cast<int64_t>(size);
    const int64_t i = index < 0 ? index + n : index;
    if (i < 0 || i >= n) throw IndexError(message);
    return static_cast<size_t>(i);
}

constexpr const char* kListIndexOutOfRange = "list index out of range";

// The accesses to lists that the interpreter has instructions for.
inline int64_t list_length(const ListObject& list) {
    const SharedRead guard(list);
    return static_cast<int64_t>(list.items.size());
}
inline IValue list_item(const ListObject& list, int64_t index) {
    const SharedRead guard(list);
    return list.items[checked_index(index, list.items.size(), kListIndexOutOfRange)];
}
inline void set_list_item(ListObject& list, int64_t index, IValue value) {
    if (list.is_shared()) [[unlikely]]
        share(value);
    const SharedWrite guard(list);
    list.items[checked_index(index, list.items.size(), kListIndexOutOfRange)].swap(value);
}

inline void append_item(ListObject& list, IValue value) {
    if (list.is_shared()) [[unlikely]]
        share(value);
    const SharedWrite guard(list);
    const size_t size = list.items.size();
    if (size == list.items.capacity()) check_memory(static_cast<int64_t>(2 * size * sizeof(IValue)));
    list.items.push_back(std::move(value));
}

/// Throws OpError "KeyError: …".
[[noreturn]] void missing_key(const IValue& key);

// And those to dicts.
inline IValue dict_item(const DictObject& dict, const IValue& key) {
    const SharedRead guard(dict);
    const IValue* value = dict.find(key);
    return value ? *value : (missing_key(key), IValue());
}
inline IValue dict_item_or(const DictObject& dict, const IValue& key, const IValue& fallback) {
    const SharedRead guard(dict);
    const IValue* value = dict.find(key);
    return value ? *value : fallback;
}
inline bool dict_contains(const DictObject& dict, const IValue& key) {
    const SharedRead guard(dict);
    return dict.find(key) != nullptr;
}
inline void set_dict_item(DictObject& dict, IValue key, IValue value) {
    if (dict.is_shared()) [[unlikely]] {
        share(key);
        share(value);
    }
    const SharedWrite guard(dict);
    dict.set(std::move(key), std::move(value));
}

/// The elements of a slice: `count` of them, `step` apart, from the one at `first` on.
struct Slice {
    int64_t first;
    int64_t count;
    int64_t step;
};

/// Python's slice rule for a sequence of `size` elements.
inline Slice slice_of(int64_t size, std::optional<int64_t> start, std::optional<int64_t> stop, int64_t step) {
    WICK_CHECK(step != 0, "slice step cannot be zero");
    const int64_t low = step > 0 ? 0 : -1;
    const int64_t high = step > 0 ? size : size - 1;
    const auto place = [&](int64_t i) { return std::clamp(i < 0 ? std::max(i, -size - 1) + size : i, low, high); };
    const int64_t first = start ? place(*start) : (step > 0 ? low : high);
    const int64_t end = stop ? place(*stop) : (step > 0 ? high : low);
    const bool is_empty = step > 0 ? first >= end : first <= end;
    return {first, is_empty ? 0 : (end - first - (step > 0 ? 1 : -1)) / step + 1, step};
}

/// Calls visit(i) for each index of the slice, in order.
template <class F>
void for_slice(const Slice& slice, F visit) {
    // In unsigned numbers: the index behind the last one may overflow.
    uint64_t i = static_cast<uint64_t>(slice.first);
    for (int64_t n = 0; n < slice.count; ++n, i += static_cast<uint64_t>(slice.step)) visit(static_cast<int64_t>(i));
}

}  // namespace wick::jit
