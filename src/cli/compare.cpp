#include "cli/compare.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <wick/support/check.h>

#include "ops/print_value.h"
#include "ops/tensor_ops.h"

namespace wick::cli {
namespace {

using Complex = std::complex<double>;

/// |got - want|, 0 where both are NaN or the same infinity.
double distance(double got, double want) {
    if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
    const double away = std::abs(got - want);
    return std::isnan(away) ? INFINITY : away;
}
double distance(Complex got, Complex want) {
    return std::hypot(distance(got.real(), want.real()), distance(got.imag(), want.imag()));
}

std::string number_text(int64_t value) { return fmt::format("{}", value); }
std::string number_text(double value) { return fmt::format("{:.8g}", value); }
std::string number_text(Complex value) { return fmt::format("({:.8g}{:+.8g}j)", value.real(), value.imag()); }

template <class Number>
bool near(double away, Number want, const Tolerance& room) {
    return away == 0 || (std::isfinite(away) && away <= room.atol + room.rtol * std::abs(want));
}

class Comparer {
 public:
    Comparer(Comparison& out, const Tolerance& tolerance) : out_(out), tolerance_(tolerance) {}

    void compare(const IValue& got, const IValue& want, const std::string& where, int depth = 0) {
        WICK_CHECK(depth < 1000, "the values are nested too deeply to be compared");
        if (got.tag() != want.tag()) return differ("{}: {} instead of {}", where, got.tag_name(), want.tag_name());
        switch (want.tag()) {
            case IValue::Tag::Tensor:
                return compare_tensors(got.tensor_ref(), want.tensor_ref(), where);
            case IValue::Tag::Double:
                return compare_numbers(got.to_double(), want.to_double(), where);
            case IValue::Tag::Complex:
                return compare_numbers(got.to_complex(), want.to_complex(), where);
            case IValue::Tag::List:
                return compare_items(got.to_list().items, want.to_list().items, where, depth);
            case IValue::Tag::Tuple:
                return compare_items(got.to_tuple().elements, want.to_tuple().elements, where, depth);
            case IValue::Tag::Dict:
                return compare_dicts(got.to_dict(), want.to_dict(), where, depth);
            default:
                if (!got.equals(want))
                    differ("{}: {} instead of {}", where, jit::python_repr(got), jit::python_repr(want));
        }
    }

 private:
    template <class... Arguments>
    void differ(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        out_.differences.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
    }

    template <class Number>
    void compare_numbers(Number got, Number want, const std::string& where) {
        const double away = distance(got, want);
        out_.largest = std::max(out_.largest, away);
        if (!near(away, want, tolerance_))
            differ("{}: {} instead of {}", where, jit::python_repr(got), jit::python_repr(want));
    }

    void compare_items(const std::vector<IValue>& got, const std::vector<IValue>& want, const std::string& where,
                       int depth) {
        if (got.size() != want.size()) return differ("{}: {} items instead of {}", where, got.size(), want.size());
        for (size_t i = 0; i < want.size(); ++i) compare(got[i], want[i], fmt::format("{}[{}]", where, i), depth + 1);
    }

    /// Dicts keep the order of insertion, and so must these.
    void compare_dicts(const DictObject& got, const DictObject& want, const std::string& where, int depth) {
        const auto got_items = got.items();
        const auto want_items = want.items();
        if (got_items.size() != want_items.size())
            return differ("{}: {} items instead of {}", where, got_items.size(), want_items.size());
        for (size_t i = 0; i < want_items.size(); ++i) {
            const std::string key = jit::python_repr(want_items[i].first);
            if (!got_items[i].first.equals(want_items[i].first))
                return differ("{}: key {} instead of {}", where, jit::python_repr(got_items[i].first), key);
            compare(got_items[i].second, want_items[i].second, fmt::format("{}[{}]", where, key), depth + 1);
        }
    }

    void compare_tensors(const Tensor& got, const Tensor& want, const std::string& where) {
        if (got.dtype() != want.dtype() || got.sizes() != want.sizes())
            return differ("{}: {} {} instead of {} {}", where, name_of(got.dtype()), format_sizes(got.sizes()),
                          name_of(want.dtype()), format_sizes(want.sizes()));
        const DType dtype = want.dtype();
        if (is_complex(dtype)) return compare_elements<Complex>(got, want, tolerance_, where);
        if (!is_floating(dtype)) return compare_elements<int64_t>(got, want, {0, 0}, where);
        Tolerance room = tolerance_;
        if (dtype == DType::float16) room = {std::max(room.rtol, 2e-3), std::max(room.atol, 1e-3)};
        if (dtype == DType::bfloat16) room = {std::max(room.rtol, 2e-2), std::max(room.atol, 1e-2)};
        compare_elements<double>(got, want, room, where);
    }

    template <class Wide>
    void compare_elements(const Tensor& got, const Tensor& want, const Tolerance& room, const std::string& where) {
        const Tensor wide_got = ops::contiguous(ops::to_dtype(got, dtype_of<Wide>), MemoryFormat::contiguous);
        const Tensor wide_want = ops::contiguous(ops::to_dtype(want, dtype_of<Wide>), MemoryFormat::contiguous);
        int64_t count = 0, first = 0;
        for (int64_t i = 0; i < want.numel(); ++i) {
            const Wide g = wide_got.data<Wide>()[i], w = wide_want.data<Wide>()[i];
            bool bad;
            if constexpr (std::is_integral_v<Wide>) {
                bad = g != w;
            } else {
                const double away = distance(g, w);
                out_.largest = std::max(out_.largest, away);
                bad = !near(away, w, room);
            }
            if (bad && count++ == 0) first = i;
        }
        if (count == 0) return;
        differ("{}: {} of {} elements differ, first at {}: {} instead of {}", where, count, want.numel(),
               place(want, first), number_text(wide_got.data<Wide>()[first]),
               number_text(wide_want.data<Wide>()[first]));
    }

    /// "[0, 3]": the index of the i-th element in row-major order.
    static std::string place(const Tensor& tensor, int64_t i) {
        DimVector index(tensor.sizes().size());
        for (size_t d = index.size(); d-- > 0;) {
            index[d] = i % tensor.sizes()[d];
            i /= tensor.sizes()[d];
        }
        return format_sizes(index);
    }

    Comparison& out_;
    const Tolerance& tolerance_;
};

}  // namespace

Comparison compare(const IValue& got, const IValue& want, const Tolerance& tolerance, const std::string& where) {
    Comparison out;
    Comparer(out, tolerance).compare(got, want, where);
    return out;
}

}  // namespace wick::cli
