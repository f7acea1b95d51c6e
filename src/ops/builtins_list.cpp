// Methods and functions of lists.

#include <algorithm>

#include <wick/tensor/storage.h>

#include "ops/builtins.h"
#include "ops/compare_values.h"
#include "ops/families.h"

namespace wick::jit {
namespace {

// (overload, element type): the lists that PyTorch gives overloads of their own.
struct ElementType {
    const char* overload;
    const char* type;
};
constexpr ElementType kComparable[] = {
    {"int", "int"}, {"float", "float"}, {"bool", "bool"}, {"Tensor", "Tensor"}, {"str", "str"}};

/// The list that an operator changed, as its result.
IValue itself(ListObject& list) { return IntrusivePtr<ListObject>(&list); }

IValue list_like(const ListObject& list, std::vector<IValue> items) {
    return make_list(list.element_type, std::move(items));
}

IValue concat(const ListObject& a, const ListObject& b) {
    std::vector<IValue> items;
    items.reserve(a.items.size() + b.items.size());
    items.insert(items.end(), a.items.begin(), a.items.end());
    items.insert(items.end(), b.items.begin(), b.items.end());
    return list_like(a, std::move(items));
}

std::vector<IValue> repeat(const std::vector<IValue>& items, int64_t n) {
    n = std::max<int64_t>(n, 0);
    int64_t total;
    WICK_CHECK(!__builtin_mul_overflow(static_cast<int64_t>(items.size()), n, &total) && total <= (int64_t{1} << 40),
               "a list of {} elements repeated {} times is too long", items.size(), n);
    check_memory(total * static_cast<int64_t>(sizeof(IValue)));
    std::vector<IValue> result;
    result.reserve(total);
    for (int64_t i = 0; i < n; ++i) result.insert(result.end(), items.begin(), items.end());
    return result;
}

void extend(ListObject& list, const ListObject& other) {
    // A copy of the size: the lists may be one.
    const size_t count = other.items.size();
    list.items.reserve(list.items.size() + count);
    for (size_t i = 0; i < count; ++i) list.items.push_back(other.items[i]);
}

IValue slice(const ListObject& list, std::optional<int64_t> start, std::optional<int64_t> stop, int64_t step) {
    const Slice slice = slice_of(static_cast<int64_t>(list.items.size()), start, stop, step);
    std::vector<IValue> items;
    items.reserve(slice.count);
    for_slice(slice, [&](int64_t i) { items.push_back(list.items[i]); });
    return list_like(list, std::move(items));
}

IValue pop(ListObject& list, int64_t index) {
    WICK_CHECK_INDEX(!list.items.empty(), "pop from empty list");
    const size_t i = checked_index(index, list.items.size(), "pop index out of range");
    IValue value = std::move(list.items[i]);
    list.items.erase(list.items.begin() + i);
    return value;
}

void insert(ListObject& list, int64_t index, const IValue& value) {
    const int64_t size = static_cast<int64_t>(list.items.size());
    const int64_t at = std::clamp<int64_t>(index < 0 ? index + size : index, 0, size);
    list.items.insert(list.items.begin() + at, value);
}

auto find_equal(const ListObject& list, const IValue& value) {
    return std::find_if(list.items.begin(), list.items.end(),
                        [&](const IValue& item) { return values_equal(item, value); });
}

bool contains(const ListObject& list, const IValue& value) { return find_equal(list, value) != list.items.end(); }

int64_t count(const ListObject& list, const IValue& value) {
    return std::count_if(list.items.begin(), list.items.end(),
                         [&](const IValue& item) { return values_equal(item, value); });
}

int64_t index_of(const ListObject& list, const IValue& value) {
    const auto found = find_equal(list, value);
    if (found == list.items.end()) {
        if (value.is_string()) throw OpError(fmt::format("'{}' is not in list", value.to_string()));
        if (value.is_int()) throw OpError(fmt::format("'{}' is not in list", value.to_int()));
        throw OpError(fmt::format("'{}' is not in list", value.tag_name()));
    }
    return found - list.items.begin();
}

void remove(ListObject& list, const IValue& value) {
    const auto found = find_equal(list, value);
    WICK_CHECK(found != list.items.end(), "list.remove(x): x not in list");
    list.items.erase(found);
}

bool lists_equal(const ListObject& a, const ListObject& b) {
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), values_equal);
}

bool truth(const IValue& value) { return value.is_string() ? !value.to_string().empty() : value.to_scalar().to_bool(); }
bool any(const ListObject& list) { return std::any_of(list.items.begin(), list.items.end(), truth); }
bool all(const ListObject& list) { return std::all_of(list.items.begin(), list.items.end(), truth); }

template <class T>
T sum(const ListObject& list) {
    T total = 0;
    for (const IValue& item : list.items) {
        // Unsigned, so that ints wrap around.
        if constexpr (std::is_same_v<T, int64_t>) {
            total = static_cast<T>(static_cast<uint64_t>(total) + static_cast<uint64_t>(Unbox<T>::from(item)));
        } else {
            total += Unbox<T>::from(item);
        }
    }
    return total;
}

std::vector<IValue> sorted_items(const ListObject& list, bool reverse) {
    std::vector<IValue> items = snapshot(list)->items;
    sort_values(items, reverse);
    return items;
}

/// Comparing may run a script's __lt__, so the list is only held for the time of reading and of writing it.
void sort(const IValue& value, bool reverse) {
    ListObject& list = value.to_list();
    std::vector<IValue> items = sorted_items(list, reverse);
    const SharedWrite guard(list);
    list.items.swap(items);
}

const std::vector<IValue>& not_empty(const ListObject& list, const char* function) {
    WICK_CHECK(!list.items.empty(), "{}() arg is an empty sequence", function);
    return list.items;
}

void register_searching(Registry& ops) {
    for (const auto& [overload, type] : kComparable) {
        ops.add(fmt::format("aten::index.list_{0}({1}[] self, {1} el) -> int", overload, type)).kernel(&index_of);
        ops.add(fmt::format("aten::count.{0}({1}[] self, {1} el) -> int", overload, type)).kernel(&count);
        ops.add(fmt::format("aten::remove.{0}({1}[](a!) self, {1} el) -> ()", overload, type)).kernel(&remove);
        ops.add(fmt::format("aten::sort.{0}({1}[](a!) self, bool reverse=False) -> ()", overload, type)).kernel(&sort);
    }
    ops.add("aten::sort.any(t[](a!) self, bool reverse=False) -> ()").kernel(&sort);
    const auto sorted = [](const IValue& value) {
        const ListObject& list = value.to_list();
        return list_like(list, sorted_items(list, false));
    };
    for (const auto& [overload, type] : kComparable)
        ops.add(fmt::format("aten::sorted.{0}({1}[](a) input) -> {1}[]", overload, type)).kernel(sorted);
    ops.add("aten::sorted.any(t[](a) self) -> t[]").kernel(sorted);

    for (const char* type : {"int", "str", "float"})
        ops.add(fmt::format("aten::__contains__.{0}_list({0}[] l, {0} item) -> bool", type)).kernel(&contains);
    for (const char* type : {"int", "float", "Tensor", "bool", "str"}) {
        ops.add(fmt::format("aten::eq.{0}_list({0}[] a, {0}[] b) -> bool", type)).kernel(&lists_equal);
        ops.add(fmt::format("aten::ne.{0}_list({0}[] a, {0}[] b) -> bool", type))
            .kernel([](const ListObject& a, const ListObject& b) { return !lists_equal(a, b); });
    }
}

void register_reductions(Registry& ops) {
    ops.add("aten::any.str(str[] self) -> bool").kernel(&any);
    for (const char* type : {"int", "float", "bool"}) {
        ops.add(fmt::format("aten::any.{0}({0}[] self) -> bool", type)).kernel(&any);
        ops.add(fmt::format("aten::all.{0}({0}[] self) -> bool", type)).kernel(&all);
    }
    ops.add("aten::sum.int(int[] self) -> int").kernel(&sum<int64_t>);
    ops.add("aten::sum.float(float[] self) -> float").kernel(&sum<double>);
    ops.add("aten::sum.complex(complex[] self) -> complex").kernel(&sum<Complex>);
    ops.add("aten::sum.bool(bool[] self) -> int").kernel(&sum<int64_t>);

    for (const char* type : {"int", "float", "bool"}) {
        ops.add(fmt::format("prim::max.{0}_list({0}[] l, {0}[] r) -> {0}[]", type))
            .kernel([](const IValue& a, const IValue& b) { return value_less(a, b) ? b : a; });
        ops.add(fmt::format("prim::min.{0}_list({0}[] l, {0}[] r) -> {0}[]", type))
            .kernel([](const IValue& a, const IValue& b) { return value_less(b, a) ? b : a; });
        ops.add(fmt::format("prim::max.self_{0}({0}[] self) -> {0}", type)).kernel([](const ListObject& list) {
            const auto& items = not_empty(list, "max");
            return *std::max_element(items.begin(), items.end(), value_less);
        });
        ops.add(fmt::format("prim::min.self_{0}({0}[] self) -> {0}", type)).kernel([](const ListObject& list) {
            const auto& items = not_empty(list, "min");
            return *std::min_element(items.begin(), items.end(), value_less);
        });
    }
}

}  // namespace

void register_builtins_list(Registry& ops) {
    ops.add("aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)").kernel([](ListObject& list, const IValue& value) {
        append_item(list, value);
        return itself(list);
    });
    ops.add("aten::add_.t(t[](a!) self, t[] b) -> t[](a!)").kernel([](ListObject& list, const ListObject& other) {
        extend(list, other);
        return itself(list);
    });
    ops.add("aten::mul_.t(t[](a!) l, int n) -> t[](a!)").kernel([](ListObject& list, int64_t n) {
        list.items = repeat(list.items, n);
        return itself(list);
    });
    ops.add("aten::_set_item.t(t[](a!) l, int idx, t(b -> *) el) -> t[](a!)")
        .kernel([](ListObject& list, int64_t index, const IValue& value) {
            set_list_item(list, index, value);
            return itself(list);
        });
    ops.add("aten::extend.t(t[](a!) self, t[] other) -> ()").kernel(&extend);
    ops.add("aten::insert.t(t[](a!) self, int idx, t(b -> *) el) -> ()").kernel(&insert);
    ops.add("aten::pop.t(t[](a!) self, int idx=-1) -> t(*)").kernel(&pop);
    ops.add("aten::Delete.t(t[](a!) self, int idx) -> ()").kernel([](ListObject& list, int64_t index) {
        list.items.erase(list.items.begin() + checked_index(index, list.items.size(), kListIndexOutOfRange));
    });
    ops.add("aten::reverse.t(t[](a!) self) -> ()").kernel([](ListObject& list) {
        std::reverse(list.items.begin(), list.items.end());
    });
    ops.add("aten::clear.t(t[](a!) self) -> ()").kernel([](ListObject& list) { list.items.clear(); });

    ops.add("aten::__getitem__.t(t[](a) list, int idx) -> t(*)").kernel(&list_item);
    ops.add("aten::select.t(t[](a) list, int idx) -> t(*)").kernel(&list_item);
    ops.add("aten::len.t(t[] a) -> int").kernel(&list_length);
    ops.add("aten::copy.t(t[](a) self) -> t[]").kernel([](const ListObject& list) {
        return list_like(list, list.items);
    });
    ops.add("aten::list.t(t[] l) -> t[]").kernel([](const ListObject& list) { return list_like(list, list.items); });
    ops.add("aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t[]").kernel(&slice);
    ops.add("aten::add.t(t[] a, t[] b) -> t[]").kernel(&concat);
    ops.add("aten::mul.left_t(t[] l, int n) -> t[]").kernel([](const ListObject& list, int64_t n) {
        return list_like(list, repeat(list.items, n));
    });
    ops.add("aten::mul.right_(int n, t[] l) -> t[]").kernel([](int64_t n, const ListObject& list) {
        return list_like(list, repeat(list.items, n));
    });
    ops.add("aten::len.any(Any[] a) -> int").kernel(&list_length);
    register_searching(ops);
    register_reductions(ops);
    ops.add("aten::Size(int[] sizes) -> int[]").kernel([](const ListObject& sizes) {
        return list_like(sizes, sizes.items);
    });
    ops.add("prim::rangelist(int n) -> int[]").kernel([](int64_t n) {
        n = std::max<int64_t>(n, 0);
        WICK_CHECK(n <= (int64_t{1} << 40), "range({}) is too long for a list", n);
        check_memory(n * static_cast<int64_t>(sizeof(IValue)));
        std::vector<int64_t> values(n);
        for (int64_t i = 0; i < n; ++i) values[i] = i;
        return IValue(values);
    });
}

}  // namespace wick::jit
