// Functions of Python's math that are no operators: programs have them outside of what is compiled, where PyTorch, too,
// does not know them.

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "program/provided_names.h"
#include "program/session.h"

namespace wick::jit {

namespace {

double real(const Arguments& arguments, size_t at) { return arguments.positional.at(at).to_scalar().to_double(); }
int64_t whole(const Arguments& arguments, size_t at) {
    const IValue& value = arguments.positional.at(at);
    if (!value.is_int() && !value.is_bool()) raise("TypeError", "an integer is expected");
    return value.to_scalar().to_int();
}
int64_t natural(const Arguments& arguments, size_t at, const char* name) {
    const int64_t value = whole(arguments, at);
    if (value < 0) raise("ValueError", fmt::format("{}() argument must be nonnegative", name));
    return value;
}

template <double (*function)(double)>
IValue of_real(Session&, Arguments& arguments) {
    return IValue(function(real(arguments, 0)));
}

IValue log2(Session&, Arguments& arguments) {
    const double x = real(arguments, 0);
    if (x <= 0) raise("ValueError", "math domain error");
    return IValue(std::log2(x));
}
IValue trunc(Session&, Arguments& arguments) { return IValue(static_cast<int64_t>(real(arguments, 0))); }
IValue isqrt(Session&, Arguments& arguments) {
    const int64_t n = natural(arguments, 0, "isqrt");
    auto root = static_cast<int64_t>(std::sqrt(static_cast<long double>(n)));
    while (root > 0 && root > n / root) --root;
    return IValue(root);
}
/// Ints of programs have 64 bits.
int64_t times(int64_t a, int64_t b) {
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product)) raise("OverflowError", "an int of more than 64 bits");
    return product;
}

IValue lcm(Session&, Arguments& arguments) {
    int64_t result = 1;
    for (size_t i = 0; i < arguments.positional.size(); ++i) {
        const int64_t n = whole(arguments, i);
        if (n == 0) return IValue(int64_t{0});
        result = std::abs(times(result / std::gcd(result, n), n));
    }
    return IValue(result);
}

/// n (n - 1) …, k factors; those of comb are divided as they come.
IValue perm(Session&, Arguments& arguments) {
    const int64_t n = natural(arguments, 0, "perm");
    const int64_t k = arguments.positional.size() > 1 ? natural(arguments, 1, "perm") : n;
    int64_t result = 1;
    if (k > n) return IValue(int64_t{0});
    for (int64_t i = 0; i < k; ++i) result = times(result, n - i);
    return IValue(result);
}
IValue comb(Session&, Arguments& arguments) {
    const int64_t n = natural(arguments, 0, "comb");
    const int64_t k = natural(arguments, 1, "comb");
    if (k > n) return IValue(int64_t{0});
    int64_t result = 1;
    for (int64_t i = 0; i < std::min(k, n - k); ++i) result = times(result, n - i) / (i + 1);
    return IValue(result);
}

IValue hypot(Session&, Arguments& arguments) {
    double result = 0;
    for (size_t i = 0; i < arguments.positional.size(); ++i) result = std::hypot(result, real(arguments, i));
    return IValue(result);
}
IValue dist(Session& session, Arguments& arguments) {
    const std::vector<IValue> a = session.elements(arguments.positional.at(0));
    const std::vector<IValue> b = session.elements(arguments.positional.at(1));
    if (a.size() != b.size()) raise("ValueError", "both points must have the same number of dimensions");
    double result = 0;
    for (size_t i = 0; i < a.size(); ++i)
        result = std::hypot(result, a[i].to_scalar().to_double() - b[i].to_scalar().to_double());
    return IValue(result);
}

IValue prod(Session& session, Arguments& arguments) {
    const IValue* start = arguments.keyword("start");
    IValue result = start ? *start : IValue(1);
    for (const IValue& factor : session.elements(arguments.positional.at(0)))
        result = session.eager().binary(TokenKind::Star, result, factor);
    return result;
}
/// Kahan's sum, in Neumaier's form.
IValue fsum(Session& session, Arguments& arguments) {
    double sum = 0;
    double lost = 0;
    for (const IValue& value : session.elements(arguments.positional.at(0))) {
        const double x = value.to_scalar().to_double();
        const double next = sum + x;
        lost += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
        sum = next;
    }
    return IValue(sum + lost);
}

IValue is_close(Session&, Arguments& arguments) {
    const auto option = [&](const char* name, double otherwise) {
        const IValue* given = arguments.keyword(name);
        return given ? given->to_scalar().to_double() : otherwise;
    };
    const double a = real(arguments, 0);
    const double b = real(arguments, 1);
    if (a == b) return IValue(true);
    if (std::isinf(a) || std::isinf(b)) return IValue(false);
    const double tolerance =
        std::max(option("rel_tol", 1e-9) * std::max(std::abs(a), std::abs(b)), option("abs_tol", 0.0));
    return IValue(std::abs(a - b) <= tolerance);
}
IValue next_after(Session&, Arguments& arguments) {
    return IValue(std::nextafter(real(arguments, 0), real(arguments, 1)));
}
double ulp(double x) { return std::nextafter(std::abs(x), INFINITY) - std::abs(x); }

class MathThing : public BuiltinThing {
 public:
    using BuiltinThing::BuiltinThing;
    SugaredPtr compile_time(Session&, Graph&, const SourceRange& range) override {
        throw CompileError(
            range,
            fmt::format("Python builtin <built-in function {}> is currently not supported in Torchscript", name));
    }
};

struct Entry {
    std::string_view name;
    BuiltinThing::Call call;
};
constexpr Entry kEntries[] = {
    {"cbrt", of_real<std::cbrt>},
    {"comb", comb},
    {"dist", dist},
    {"exp2", of_real<std::exp2>},
    {"fsum", fsum},
    {"hypot", hypot},
    {"isclose", is_close},
    {"isqrt", isqrt},
    {"lcm", lcm},
    {"log2", log2},
    {"nextafter", next_after},
    {"perm", perm},
    {"prod", prod},
    {"trunc", trunc},
    {"ulp", of_real<ulp>},
};

}  // namespace

bool find_math_function(std::string_view name, IValue& out) {
    const auto found = std::ranges::find(kEntries, name, &Entry::name);
    if (found == std::end(kEntries)) return false;
    out = make_intrusive<MathThing>(std::string(name), found->call)->value();
    return true;
}

}  // namespace wick::jit
