// Conversions between numbers, strings and one-element tensors.

#include <charconv>
#include <limits>

#include "ops/builtins.h"
#include "ops/families.h"
#include "ops/strings.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

/// Truncates as a C cast does where that is defined; what no int64 can hold is an error.
int64_t int_of(double a) {
    WICK_CHECK(!std::isnan(a), "cannot convert float NaN to integer");
    WICK_CHECK(!std::isinf(a), "cannot convert float infinity to integer");
    WICK_CHECK(a >= -0x1p63 && a < 0x1p63, "value cannot be converted to type int64_t without overflow");
    return static_cast<int64_t>(a);
}

int64_t int_of(const Scalar& a) {
    if (a.is_complex()) {
        WICK_CHECK(a.to_complex().imag() == 0, "value cannot be converted to type int64_t without overflow");
        return int_of(a.to_double());
    }
    return a.is_floating() ? int_of(a.to_double()) : a.to_int();
}

double float_of(const Scalar& a) {
    WICK_CHECK(!a.is_complex() || a.to_complex().imag() == 0,
               "value cannot be converted to type double without overflow");
    return a.to_double();
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\v\f\r";
    const size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The whole text, blanks around it aside, as a number; a leading '+' is allowed.
template <class T>
std::optional<T> parse_number(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

int64_t parse_int(std::string_view text) {
    const auto value = parse_number<int64_t>(text);
    WICK_CHECK(value, "invalid literal for int() with base 10: '{}'", text);
    return *value;
}

double parse_float(std::string_view text) {
    const auto value = parse_number<double>(text);
    WICK_CHECK(value, "could not convert string to float: '{}'", text);
    return *value;
}

/// The number in a tensor that implicitly stands for one.
Scalar implicit_number(const Tensor& t) {
    WICK_CHECK(!t.requires_grad(), "Cannot input a tensor that requires grad as a scalar argument");
    WICK_CHECK(t.dim() == 0, "Cannot input a tensor of dimension other than 0 as a scalar argument");
    return t.item();
}

/// "0b101", "-0x1f": Python's bin, oct and hex.
std::string digits(int64_t value, unsigned base, std::string_view prefix) {
    char buffer[66];
    const uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, magnitude, static_cast<int>(base));
    return fmt::format("{}{}{}", value < 0 ? "-" : "", prefix, std::string_view(buffer, end - buffer));
}

/// complex(real, imag): either part may be a tensor, a bool or a number.
void register_complex(Registry& ops) {
    ops.add("aten::Complex.Scalar(Scalar a) -> complex").kernel([](const Scalar& a) { return a.to_complex(); });
    const auto combine = [](const Scalar& real, const Scalar& imag) { return Complex(float_of(real), float_of(imag)); };
    ops.add("aten::Complex.Tensor_Tensor(Tensor a, Tensor b) -> complex").kernel(combine);
    for (const char* pair :
         {"int bool", "bool int", "float bool", "bool float", "float int", "int float", "int int", "bool bool",
          "float float", "Tensor float", "float Tensor", "Tensor int", "int Tensor", "Tensor bool", "bool Tensor"}) {
        const std::string_view types(pair);
        const std::string_view x = types.substr(0, types.find(' '));
        const std::string_view y = types.substr(x.size() + 1);
        ops.add(fmt::format("aten::Complex.{0}_{1}({0} x, {1} y) -> complex", x, y)).kernel(combine);
    }
}

}  // namespace

void register_builtins_convert(Registry& ops) {
    ops.add("aten::Int.Tensor(Tensor a) -> int").kernel([](const Tensor& a) { return int_of(a.item()); });
    ops.add("aten::Int.bool(bool a) -> int").kernel([](bool a) { return static_cast<int64_t>(a); });
    ops.add("aten::Int.float(float a) -> int").kernel([](double a) { return int_of(a); });
    ops.add("aten::Int.Scalar(Scalar a) -> int").kernel([](const Scalar& a) { return int_of(a); });
    ops.add("aten::Int.str(str a) -> int").kernel(&parse_int);

    ops.add("aten::Float.Tensor(Tensor a) -> float").kernel([](const Tensor& a) { return float_of(a.item()); });
    ops.add("aten::Float.Scalar(Scalar a) -> float").kernel(&float_of);
    ops.add("aten::Float.int(int a) -> float").kernel([](int64_t a) { return static_cast<double>(a); });
    ops.add("aten::Float.bool(bool a) -> float").kernel([](bool a) { return static_cast<double>(a); });
    ops.add("aten::Float.str(str a) -> float").kernel(&parse_float);

    ops.add("aten::Bool.Tensor(Tensor a) -> bool").kernel([](const Tensor& a) {
        WICK_CHECK(a.numel() == 1, "Boolean value of Tensor with {} is ambiguous",
                   a.numel() == 0 ? "no values" : "more than one value");
        return a.item().to_bool();
    });
    ops.add("aten::Bool.int(int a) -> bool").kernel([](int64_t a) { return a != 0; });
    ops.add("aten::Bool.float(float a) -> bool").kernel([](double a) { return a != 0; });
    register_complex(ops);

    ops.add("aten::IntImplicit(Tensor a) -> int").kernel([](const Tensor& a) {
        const Scalar number = implicit_number(a);
        WICK_CHECK(is_integral(a.dtype()), "Cannot input a tensor of type {} as an integral argument",
                   scalar_name_of(a.dtype()));
        return int_of(number);
    });
    ops.add("aten::FloatImplicit(Tensor a) -> float").kernel([](const Tensor& a) {
        return float_of(implicit_number(a));
    });
    ops.add("aten::ComplexImplicit(Tensor a) -> complex").kernel([](const Tensor& a) {
        return implicit_number(a).to_complex();
    });
    ops.add("aten::ScalarImplicit(Tensor a) -> Scalar").kernel([](const Tensor& a) { return implicit_number(a); });
    ops.add("aten::ImplicitTensorToNum(Tensor a) -> Scalar").kernel([](const Tensor& a) { return implicit_number(a); });
    const auto to_tensor = [](const Scalar& a) { return scalar_tensor(a, a.dtype()); };
    ops.add("prim::NumToTensor.Scalar(Scalar a) -> Tensor").kernel(to_tensor);
    ops.add("prim::NumToTensor.bool(bool a) -> Tensor").kernel(to_tensor);

    ops.add("aten::_list_to_tensor(int[] self) -> Tensor").kernel([](const IntList& list) {
        return wick::ops::int_tensor(list);
    });
    ops.add("aten::_tensor_to_list(Tensor self) -> int[]").kernel([](const Tensor& tensor) {
        const Tensor flat = wick::ops::contiguous(wick::ops::to_dtype(tensor, DType::int64));
        return IValue(std::vector<int64_t>(flat.data<int64_t>(), flat.data<int64_t>() + flat.numel()));
    });

    ops.add("aten::ord(str string) -> int").kernel([](std::string_view s) {
        WICK_CHECK(s.size() == 1, "String for ord() must be 1 character, found {}", s.size());
        return static_cast<int64_t>(static_cast<unsigned char>(s[0]));
    });
    ops.add("aten::chr(int i) -> str").kernel([](int64_t i) {
        WICK_CHECK(i >= 0 && i < 0x110000, "chr() arg not in range(0x110000), found {}", i);
        WICK_CHECK(i < 256, "chr() arg not in range(256), found {}: strings are bytes", i);
        return character(static_cast<char>(i));
    });
    ops.add("aten::bin(int i) -> str").kernel([](int64_t i) { return digits(i, 2, "0b"); });
    ops.add("aten::oct(int i) -> str").kernel([](int64_t i) { return digits(i, 8, "0o"); });
    ops.add("aten::hex(int i) -> str").kernel([](int64_t i) { return digits(i, 16, "0x"); });
}

}  // namespace wick::jit
