#include "ops/compare_values.h"

#include <wick/support/check.h>
#include <wick/support/stop_check.h>

#include "ops/registry.h"
#include "ops/script_call.h"

namespace wick::jit {

constexpr int kMaxDepth = 200;

bool values_equal(const IValue& a, const IValue& b) {
    if (a.is_tensor() && b.is_tensor()) return call_operator("aten::equal", {a, b}).to_bool();
    return a.equals(b);
}

static bool less(const IValue& a, const IValue& b, int depth) {
    WICK_CHECK(depth < kMaxDepth, "values are nested too deeply to be compared");
    const auto sequences = [&](const std::vector<IValue>& x, const std::vector<IValue>& y) {
        for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
            if (!values_equal(x[i], y[i])) return less(x[i], y[i], depth + 1);
        }
        return x.size() < y.size();
    };
    if (a.is_int() && b.is_int()) return a.to_int() < b.to_int();
    if (a.is_string() && b.is_string()) return a.to_string() < b.to_string();
    if (a.is_scalar() && b.is_scalar() && !a.is_complex() && !b.is_complex())
        return a.to_scalar().to_double() < b.to_scalar().to_double();
    if (a.is_tuple() && b.is_tuple()) return sequences(a.to_tuple().elements, b.to_tuple().elements);
    if (a.is_list() && b.is_list()) return sequences(snapshot(a.to_list())->items, snapshot(b.to_list())->items);
    if (a.is_tensor() && b.is_tensor()) return call_operator("aten::lt.Tensor", {a, b}).tensor_ref().item().to_bool();
    if (a.is_object() && b.is_object()) {
        if (Function* method = a.to_object().type->find_method("__lt__")) return call_script(*method, {a, b}).to_bool();
    }
    throw OpError(fmt::format("'<' is not supported between {} and {}", a.tag_name(), b.tag_name()));
}

bool value_less(const IValue& a, const IValue& b) { return less(a, b, 0); }

void sort_values(std::vector<IValue>& items, bool reverse) {
    const size_t n = items.size();
    std::vector<IValue> from = items;
    std::vector<IValue> to(n);
    StopCounter counter;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            const size_t middle = std::min(start + width, n);
            const size_t end = std::min(start + 2 * width, n);
            size_t left = start;
            size_t right = middle;
            for (size_t i = start; i < end; ++i) {
                counter.step();
                const bool take_right =
                    left == middle || (right < end && (reverse ? value_less(from[left], from[right])
                                                               : value_less(from[right], from[left])));
                to[i] = std::move(from[take_right ? right++ : left++]);
            }
        }
        from.swap(to);
    }
    items = std::move(from);
}

}  // namespace wick::jit
