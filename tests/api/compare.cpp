#include "api/compare.h"

#include <cmath>
#include <fmt/format.h>

#include "ops/print_value.h"
#include "ops/tensor_elements.h"
#include "ops/tensor_ops.h"

namespace wick::testing {
namespace {

using Lines = std::vector<std::string>;

bool is_close(std::complex<double> got, std::complex<double> want, const Tolerance& tolerance) {
    const auto close = [&](double g, double w) {
        return (std::isnan(g) && std::isnan(w)) || g == w ||
               std::abs(g - w) <= tolerance.absolute + tolerance.relative * std::abs(want);
    };
    return close(got.real(), want.real()) && close(got.imag(), want.imag());
}

Tolerance tolerance_of(DType dtype, const Tolerance& tolerance) {
    switch (dtype) {
        case DType::float16:
            return {2e-3, 1e-3};
        case DType::bfloat16:
            return {2e-2, 1e-2};
        default:
            return is_floating(dtype) || is_complex(dtype) ? tolerance : Tolerance{0, 0};
    }
}

Lines tensor_differences(const Tensor& got, const Tensor& want, const Tolerance& tolerance, const std::string& where) {
    if (got.dtype() != want.dtype() || got.sizes() != want.sizes())
        return {fmt::format("{}: {} {} instead of {} {}", where, name_of(got.dtype()), format_sizes(got.sizes()),
                            name_of(want.dtype()), format_sizes(want.sizes()))};
    const Tolerance allowed = tolerance_of(want.dtype(), tolerance);
    const Tensor g = ops::contiguous(got);
    const Tensor w = ops::contiguous(want);
    int64_t count = 0;
    std::string first;
    for (int64_t i = 0; i < w.numel(); ++i) {
        const Scalar a = jit::element_at(g, i);
        const Scalar b = jit::element_at(w, i);
        const bool same =
            a.is_integral() ? a.to_int() == b.to_int() : is_close(a.to_complex(), b.to_complex(), allowed);
        if (!same && count++ == 0)
            first = fmt::format("element {}: {} instead of {}", i, jit::python_repr(IValue(a)),
                                jit::python_repr(IValue(b)));
    }
    if (count == 0) return {};
    return {fmt::format("{}: {} of {} values differ, first {}", where, count, w.numel(), first)};
}

const std::vector<IValue>* elements_of(const IValue& value) {
    if (value.is_list()) return &value.to_list().items;
    if (value.is_tuple()) return &value.to_tuple().elements;
    return nullptr;
}

std::vector<std::pair<IValue, IValue>> pairs_of(const IValue& value) {
    if (value.is_dict()) return value.to_dict().items();
    const ScriptObject& object = value.to_object();
    std::vector<std::pair<IValue, IValue>> pairs;
    for (size_t i = 0; i < object.slots.size(); ++i)
        pairs.emplace_back(IValue(object.type->attributes()[i].name), object.slots[i]);
    return pairs;
}

}  // namespace

Lines differences(const IValue& got, const IValue& want, const Tolerance& tolerance, const std::string& where) {
    if (got.is_enum()) return differences(got.to_enum().value(), want, tolerance, where);
    if (got.is_tensor() && want.is_tensor())
        return tensor_differences(got.to_tensor(), want.to_tensor(), tolerance, where);
    if (got.tag() != want.tag() && !(got.is_object() && want.is_dict()))
        return {fmt::format("{}: {} instead of {}", where, got.tag_name(), want.tag_name())};
    Lines lines;
    const auto add = [&](const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); };
    if (const std::vector<IValue>* items = elements_of(want)) {
        const std::vector<IValue>& found = *elements_of(got);
        if (found.size() != items->size())
            return {fmt::format("{}: {} items instead of {}", where, found.size(), items->size())};
        for (size_t i = 0; i < found.size(); ++i)
            add(differences(found[i], (*items)[i], tolerance, fmt::format("{}[{}]", where, i)));
        return lines;
    }
    if (want.is_dict()) {
        const auto found = pairs_of(got);
        const auto items = pairs_of(want);
        if (found.size() != items.size())
            return {fmt::format("{}: {} entries instead of {}", where, found.size(), items.size())};
        for (size_t i = 0; i < found.size(); ++i) {
            const std::string key = fmt::format("{}[{}]", where, jit::python_repr(items[i].first));
            add(differences(found[i].first, items[i].first, tolerance, "the key of " + key));
            add(differences(found[i].second, items[i].second, tolerance, key));
        }
        return lines;
    }
    const bool real = want.is_double() || want.is_complex();
    if (real ? is_close(got.to_scalar().to_complex(), want.to_scalar().to_complex(), tolerance) : got.equals(want))
        return {};
    return {fmt::format("{}: {} instead of {}", where, jit::python_repr(got), jit::python_repr(want))};
}

}  // namespace wick::testing
