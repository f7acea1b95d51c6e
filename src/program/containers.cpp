#include "program/containers.h"

#include <algorithm>
#include <fmt/format.h>

#include <wick/support/memory_meter.h>

#include "program/builtin_thing.h"
#include "program/format.h"
#include "program/session.h"
#include "runtime/accounting.h"

namespace wick::jit {

// Python's methods of lists, dicts, tuples and strings. Strings' own operators do what the front end knows.

namespace {

struct Method {
    IValue self;
};

using Call = ClosureThing<Method>::Call;

std::vector<IValue>& items(Method& method) { return method.self.to_list().items; }

size_t find(Session& session, const std::vector<IValue>& items, const IValue& value) {
    return std::ranges::find_if(items, [&](const IValue& item) { return session.equal(item, value); }) - items.begin();
}

IValue append(Session& session, Method& list, Arguments& arguments) {
    check_element(session, list.self.to_list().element_type, arguments.at(0));
    items(list).push_back(arguments.at(0));
    return {};
}

IValue extend(Session& session, Method& list, Arguments& arguments) {
    const int64_t before = footprint(list.self);
    for (const IValue& value : session.elements(arguments.at(0))) {
        check_element(session, list.self.to_list().element_type, value);
        items(list).push_back(value);
    }
    charge_growth(list.self, before);
    return {};
}

IValue insert(Session& session, Method& list, Arguments& arguments) {
    check_element(session, list.self.to_list().element_type, arguments.at(1));
    const auto size = static_cast<int64_t>(items(list).size());
    int64_t at = arguments.at(0).to_int();
    at = std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
    items(list).insert(items(list).begin() + at, arguments.at(1));
    return {};
}

IValue pop(Session&, Method& list, Arguments& arguments) {
    const auto size = static_cast<int64_t>(items(list).size());
    if (size == 0) raise("IndexError", "pop from empty list");
    int64_t at = arguments.positional.empty() ? size - 1 : arguments.at(0).to_int();
    if (at < 0) at += size;
    if (at < 0 || at >= size) raise("IndexError", "pop index out of range");
    IValue value = items(list)[at];
    items(list).erase(items(list).begin() + at);
    return value;
}

IValue remove(Session& session, Method& list, Arguments& arguments) {
    const size_t at = find(session, items(list), arguments.at(0));
    if (at == items(list).size()) raise("ValueError", "list.remove(x): x not in list");
    items(list).erase(items(list).begin() + at);
    return {};
}

IValue index(Session& session, Method& sequence, Arguments& arguments) {
    const std::vector<IValue> values = session.elements(sequence.self);
    const size_t at = find(session, values, arguments.at(0));
    if (at == values.size()) raise("ValueError", fmt::format("{} is not in list", session.repr(arguments.at(0))));
    return IValue(static_cast<int64_t>(at));
}

IValue count(Session& session, Method& sequence, Arguments& arguments) {
    const std::vector<IValue> values = session.elements(sequence.self);
    return IValue(static_cast<int64_t>(
        std::ranges::count_if(values, [&](const IValue& value) { return session.equal(value, arguments.at(0)); })));
}

IValue sort(Session& session, Method& list, Arguments& arguments) {
    const IValue* key = arguments.keyword("key");
    const IValue* reverse = arguments.keyword("reverse");
    sort_items(session, items(list), key ? *key : IValue(), reverse && session.is_true(*reverse));
    return {};
}

IValue reverse(Session&, Method& list, Arguments&) {
    std::ranges::reverse(items(list));
    return {};
}

IValue clear(Session&, Method& container, Arguments&) {
    container.self.is_list() ? items(container).clear() : container.self.to_dict().clear();
    return {};
}

IValue copy(Session&, Method& container, Arguments&) {
    if (container.self.is_list()) return IValue(make_list(container.self.to_list().element_type, items(container)));
    const DictObject& dict = container.self.to_dict();
    auto copy = make_dict(dict.key_type, dict.value_type);
    for (auto& [key, value] : dict.items()) copy->set(key, value);
    return IValue(std::move(copy));
}

IValue keys(Session& session, Method& dict, Arguments&) {
    return IValue(make_list(any_type(), session.elements(dict.self)));
}

IValue values(Session&, Method& dict, Arguments&) {
    std::vector<IValue> out;
    for (auto& [key, value] : dict.self.to_dict().items()) out.push_back(value);
    return IValue(make_list(any_type(), std::move(out)));
}

IValue pairs(Session&, Method& dict, Arguments&) {
    std::vector<IValue> out;
    for (auto& [key, value] : dict.self.to_dict().items()) out.emplace_back(make_tuple({key, value}));
    return IValue(make_list(any_type(), std::move(out)));
}

IValue get(Session&, Method& dict, Arguments& arguments) {
    if (const IValue* found = dict.self.to_dict().find(arguments.at(0))) return *found;
    const IValue* otherwise = arguments.find(1, "default");
    return otherwise ? *otherwise : IValue();
}

IValue set_default(Session& session, Method& dict, Arguments& arguments) {
    if (const IValue* found = dict.self.to_dict().find(arguments.at(0))) return *found;
    const IValue value = arguments.positional.size() > 1 ? arguments.positional[1] : IValue();
    check_element(session, dict.self.to_dict().value_type, value);
    dict.self.to_dict().set(arguments.at(0), value);
    return value;
}

IValue pop_key(Session& session, Method& dict, Arguments& arguments) {
    const IValue* found = dict.self.to_dict().find(arguments.at(0));
    if (!found) {
        if (arguments.positional.size() > 1) return arguments.positional[1];
        raise("KeyError", session.repr(arguments.at(0)));
    }
    IValue value = *found;
    dict.self.to_dict().erase(arguments.at(0));
    return value;
}

IValue update(Session& session, Method& dict, Arguments& arguments) {
    DictObject& into = dict.self.to_dict();
    const auto put = [&](const IValue& key, const IValue& value) {
        check_element(session, into.key_type, key);
        check_element(session, into.value_type, value);
        into.set(key, value);
    };
    if (!arguments.positional.empty()) {
        const IValue& source = arguments.positional[0];
        if (source.is_dict()) {
            for (auto& [key, value] : source.to_dict().items()) put(key, value);
        } else {
            for (const IValue& pair : session.elements(source)) {
                const std::vector<IValue> both = session.elements(pair);
                put(both.at(0), both.at(1));
            }
        }
    }
    for (auto& [key, value] : arguments.keywords) put(IValue(key), value);
    return {};
}

IValue join(Session& session, Method& separator, Arguments& arguments) {
    std::string text;
    bool first = true;
    for (const IValue& piece : session.elements(arguments.at(0))) {
        if (!piece.is_string())
            raise("TypeError", fmt::format("sequence item: expected str instance, {} found", session.type_name(piece)));
        text += (std::exchange(first, false) ? "" : separator.self.to_string()) + piece.to_string();
    }
    return IValue(std::move(text));
}

IValue format(Session& session, Method& text, Arguments& arguments) {
    return IValue(str_format(session, text.self.to_string(), arguments));
}

struct Row {
    std::string_view name;
    Call call;
};

constexpr Row kList[] = {{"append", append},   {"extend", extend}, {"insert", insert}, {"pop", pop},
                         {"remove", remove},   {"index", index},   {"count", count},   {"sort", sort},
                         {"reverse", reverse}, {"clear", clear},   {"copy", copy}};
constexpr Row kTuple[] = {{"index", index}, {"count", count}};
constexpr Row kDict[] = {
    {"keys", keys},   {"values", values}, {"items", pairs}, {"get", get},  {"setdefault", set_default},
    {"pop", pop_key}, {"update", update}, {"clear", clear}, {"copy", copy}};
constexpr Row kString[] = {{"join", join}, {"format", format}};

template <size_t N>
bool find_row(const Row (&rows)[N], const IValue& self, const std::string& name, IValue& out) {
    for (const Row& row : rows) {
        if (row.name != name) continue;
        out = make_closure<Method>({self}, row.call);
        return true;
    }
    return false;
}

}  // namespace

bool container_method(const IValue& self, const std::string& name, IValue& out) {
    if (self.is_list()) return find_row(kList, self, name, out);
    if (self.is_dict()) return find_row(kDict, self, name, out);
    if (self.is_tuple()) return find_row(kTuple, self, name, out);
    return self.is_string() && find_row(kString, self, name, out);
}

std::vector<IValue> slice_items(const std::vector<IValue>& items, const IValue& start, const IValue& stop,
                                const IValue& step_value) {
    const auto size = static_cast<int64_t>(items.size());
    const int64_t step = step_value.is_none() ? 1 : step_value.to_int();
    if (step == 0) raise("ValueError", "slice step cannot be zero");
    const auto clamp = [&](const IValue& bound, int64_t otherwise) {
        if (bound.is_none()) return otherwise;
        int64_t at = bound.to_int();
        if (at < 0) at += size;
        return step > 0 ? std::clamp<int64_t>(at, 0, size) : std::clamp<int64_t>(at, -1, size - 1);
    };
    const int64_t first = clamp(start, step > 0 ? 0 : size - 1);
    const int64_t last = clamp(stop, step > 0 ? size : -1);
    std::vector<IValue> out;
    for (int64_t i = first; step > 0 ? i < last : i > last; i += step) out.push_back(items[i]);
    return out;
}

void check_element(Session& session, const TypePtr& type, const IValue& value) {
    if (type->is(TypeKind::Any)) return;
    if (!thing_of(value) && value.type()->is_subtype_of(*type)) return;
    raise("TypeError", fmt::format("compiled code uses this as a container of {}, which a value of type {} cannot join",
                                   type->annotation_str(), session.type_name(value)));
}

void sort_items(Session& session, std::vector<IValue>& items, const IValue& key, bool reverse) {
    std::vector<std::pair<IValue, IValue>> keyed;
    for (IValue& item : items) keyed.emplace_back(key.is_none() ? item : session.call(key, {{item}, {}}), item);
    std::ranges::stable_sort(keyed, [&](const auto& a, const auto& b) {
        return reverse ? session.less(b.first, a.first) : session.less(a.first, b.first);
    });
    for (size_t i = 0; i < items.size(); ++i) items[i] = keyed[i].second;
}

IValue tensor_to_list(const Tensor& tensor) {
    WICK_CHECK(!tensor.is_sparse(), "Cannot access data pointer of Tensor that doesn't have storage");
    if (tensor.dim() == 0) return IValue(tensor.item());
    std::vector<IValue> items;
    for (int64_t i = 0; i < tensor.size(0); ++i) {
        DimVector sizes(tensor.sizes().begin() + 1, tensor.sizes().end());
        DimVector strides(tensor.strides().begin() + 1, tensor.strides().end());
        items.push_back(tensor_to_list(
            tensor.as_strided_unchecked(sizes, strides, tensor.storage_offset() + i * tensor.stride(0))));
    }
    return IValue(make_list(any_type(), std::move(items)));
}

size_t checked_room(int64_t count, size_t bytes) {
    constexpr size_t kAddressable = size_t{1} << 46;
    if (bytes > 0 && static_cast<size_t>(count) > kAddressable / bytes) raise("MemoryError", "");
    const size_t room = static_cast<size_t>(count) * bytes;
    check_memory(static_cast<int64_t>(room));
    return room;
}

int64_t RangeThing::length() const {
    if (step > 0 ? start >= stop : start <= stop) return 0;
    // Bounds may lie further apart than the largest int64.
    const auto number = [](int64_t x) { return static_cast<uint64_t>(x); };
    const uint64_t distance = step > 0 ? number(stop) - number(start) : number(start) - number(stop);
    const uint64_t length = (distance - 1) / (step > 0 ? number(step) : -number(step)) + 1;
    return static_cast<int64_t>(std::min<uint64_t>(length, INT64_MAX));
}

std::string RangeThing::repr(Session&) {
    return step == 1 ? fmt::format("range({}, {})", start, stop) : fmt::format("range({}, {}, {})", start, stop, step);
}

bool RangeThing::elements(Session&, std::vector<IValue>& out) {
    const int64_t count = length();
    out.reserve(checked_room(count, sizeof(IValue)) / sizeof(IValue));
    for (int64_t i = 0; i < count; ++i) out.emplace_back(start + i * step);
    return true;
}

}  // namespace wick::jit
