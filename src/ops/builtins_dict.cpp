// Methods and functions of dicts.

#include "ops/builtins.h"
#include "ops/families.h"

namespace wick::jit {
namespace {

std::string key_text(const IValue& key) {
    if (key.is_string()) return key.to_string();
    if (key.is_int()) return fmt::format("{}", key.to_int());
    if (key.is_double()) return fmt::format("{}", key.to_double());
    if (key.is_bool()) return key.to_bool() ? "True" : "False";
    return std::string(key.tag_name());
}

IValue pop(DictObject& dict, const IValue& key) {
    IValue value = dict_item(dict, key);
    dict.erase(key);
    return value;
}

IValue pop_or(DictObject& dict, const IValue& key, const IValue& fallback) {
    const IValue* found = dict.find(key);
    if (!found) return fallback;
    IValue value = *found;
    dict.erase(key);
    return value;
}

IValue set_default(DictObject& dict, const IValue& key, const IValue& fallback) {
    if (const IValue* value = dict.find(key)) return *value;
    dict.set(key, fallback);
    return fallback;
}

IValue pop_item(DictObject& dict) {
    // The first, unlike Python's.
    for (const DictObject::Entry& entry : dict.entries()) {
        if (!entry.alive) continue;
        const IValue key = entry.key;
        const IValue value = entry.value;
        dict.erase(key);
        return make_tuple({key, value});
    }
    throw OpError("popitem(): dictionary is empty");
}

/// One list element per living entry.
template <class F>
IValue collect(const DictObject& dict, TypePtr element_type, F element) {
    std::vector<IValue> items;
    items.reserve(dict.size());
    for (const DictObject::Entry& entry : dict.entries()) {
        if (entry.alive) items.push_back(element(entry));
    }
    return make_list(std::move(element_type), std::move(items));
}

IValue items(const DictObject& dict) {
    return collect(dict, tuple_type({dict.key_type, dict.value_type}), [](const DictObject::Entry& entry) {
        return IValue(make_tuple({entry.key, entry.value}));
    });
}
IValue keys(const DictObject& dict) {
    return collect(dict, dict.key_type, [](const DictObject::Entry& entry) { return entry.key; });
}
IValue values(const DictObject& dict) {
    return collect(dict, dict.value_type, [](const DictObject::Entry& entry) { return entry.value; });
}

void update(DictObject& dict, const DictObject& other) {
    if (&dict == &other) return;
    for (const DictObject::Entry& entry : other.entries()) {
        if (entry.alive) dict.set(entry.key, entry.value);
    }
}

IValue copy(const DictObject& dict) {
    auto result = make_dict(dict.key_type, dict.value_type);
    update(*result, dict);
    return result;
}

/// dict([(key, value), …])
IValue from_pairs(const ListObject& pairs) {
    const TypePtr& pair = pairs.element_type;
    const bool typed = pair && pair->is(TypeKind::Tuple) && pair->contained().size() == 2;
    auto result = make_dict(typed ? pair->contained(0) : any_type(), typed ? pair->contained(1) : any_type());
    for (const IValue& item : pairs.items) {
        const std::vector<IValue>& elements = item.to_tuple().elements;
        WICK_CHECK(elements.size() == 2, "dict: expected pairs, got a tuple of {} elements", elements.size());
        result->set(elements[0], elements[1]);
    }
    return result;
}

}  // namespace

void missing_key(const IValue& key) { throw OpError(fmt::format("KeyError: {}", key_text(key))); }

void register_builtins_dict(Registry& ops) {
    ops.add("aten::dict() -> Dict(str, Tensor)").kernel([]() -> IValue {
        return make_dict(string_type(), tensor_type());
    });
    for (const char* key : {"str", "int", "bool", "float", "complex", "Tensor"}) {
        const auto add = [&](const char* schema) { return ops.add(fmt::format(fmt::runtime(schema), key)); };
        add("aten::len.Dict_{0}(Dict({0}, t) self) -> int").kernel([](const DictObject& dict) {
            return static_cast<int64_t>(dict.size());
        });
        add("aten::keys.{0}(Dict({0}, t) self) -> {0}[](*)").kernel(&keys);
        add("aten::values.{0}(Dict({0}, t) self) -> t[](*)").kernel(&values);
        add("aten::items.{0}(Dict({0}, t) self) -> (({0}, t)[])").kernel(&items);
        add("aten::__getitem__.Dict_{0}(Dict({0}, t) self, {0} key) -> t(*)").kernel(&dict_item);
        add("aten::get.{0}(Dict({0}, t) self, {0} key) -> t(*)?").kernel([](const DictObject& dict, const IValue& key) {
            const IValue* value = dict.find(key);
            return value ? *value : IValue();
        });
        add("aten::get.default_{0}(Dict({0}, t) self, {0} key, t default_value) -> t(*)").kernel(&dict_item_or);
        add("aten::setdefault.{0}(Dict({0}, t)(a!) self, {0}(b -> *) key, t(c -> *) default_value) -> t(*)")
            .kernel(&set_default);
        add("aten::Delete.Dict_{0}(Dict({0}, t)(a!) self, {0} key) -> ()")
            .kernel([](DictObject& dict, const IValue& key) {
                if (!dict.erase(key)) missing_key(key);
            });
        add("aten::pop.Dict_{0}(Dict({0}, t)(a!) self, {0} key) -> t(*)").kernel(&pop);
        add("aten::pop.Dict_default_{0}(Dict({0}, t)(a!) self, {0} key, t default_value) -> t(*)").kernel(&pop_or);
        add("aten::popitem.{0}(Dict({0}, t)(a!) self) -> (({0}, t))").kernel(&pop_item);
        add("aten::clear.{0}(Dict({0}, t)(a!) self) -> ()").kernel([](DictObject& dict) { dict.clear(); });
        add("aten::update.{0}(Dict({0}, t)(a!) self, Dict({0}, t)(a!) to_add) -> ()").kernel(&update);
        add("aten::copy.Dict_{0}(Dict({0}, t)(a) self) -> Dict({0}, t)").kernel(&copy);
        add("aten::__contains__.{0}(Dict({0}, t) dict, {0} key) -> bool").kernel(&dict_contains);
        add("aten::_set_item.{0}(Dict({0}, t)(a!) l, {0}(b -> *) idx, t(c -> *) v) -> ()")
            .kernel([](DictObject& dict, const IValue& key, const IValue& value) { dict.set(key, value); });
        add("aten::dict.{0}(({0}, tVal)[] inputs) -> Dict({0}, tVal)").kernel(&from_pairs);
        add("aten::dict.Dict_{0}(Dict({0}, t)(a) self) -> Dict({0}, t)").kernel(&copy);
    }
}

}  // namespace wick::jit
