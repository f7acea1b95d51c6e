// Which values calls share, and how one reads the whole of such a value.

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <wick/support/check.h>
#include <wick/types/ivalue.h>

namespace wick {

void share(const IValue& value) {
    // Without recursion: a chain of objects may be long.
    std::vector<IValue> waiting;
    const auto reach = [&](const IValue& reached) {
        if (reached.pointer() && !reached.pointer()->is_shared()) waiting.push_back(reached);
    };
    reach(value);
    while (!waiting.empty()) {
        const IValue next = std::move(waiting.back());
        waiting.pop_back();
        if (next.pointer()->is_shared()) continue;
        if (next.is_future() || next.is_await()) {
            reach(next.is_future() ? next.to_future().value_if_completed() : next.to_await().value_if_completed());
        } else {
            for_each_inside(next, reach);
        }
        next.pointer()->mark_shared();
    }
}

IntrusivePtr<const ListObject> snapshot(const ListObject& list) {
    if (!list.is_shared()) return IntrusivePtr<const ListObject>(&list);
    const SharedRead guard(list);
    return make_intrusive<const ListObject>(list.element_type, list.items);
}

IntrusivePtr<const DictObject> snapshot(const DictObject& dict) {
    if (!dict.is_shared()) return IntrusivePtr<const DictObject>(&dict);
    auto copy = make_dict(dict.key_type, dict.value_type);
    const SharedRead guard(dict);
    for (const DictObject::Entry& entry : dict.entries()) {
        if (entry.alive) copy->set(entry.key, entry.value);
    }
    return copy;
}

namespace {

bool is_container(const IValue& value) { return value.is_list() || value.is_dict() || value.is_tuple(); }

/// Whether the value, or a container in it, can be reached by others.
bool holds_shared(const IValue& value) {
    std::vector<IValue> waiting{value};
    std::unordered_set<const RefCounted*> seen;
    while (!waiting.empty()) {
        const IValue next = std::move(waiting.back());
        waiting.pop_back();
        if (next.pointer()->is_shared()) return true;
        for_each_inside(next, [&](const IValue& inside) {
            if (is_container(inside) && seen.insert(inside.pointer()).second) waiting.push_back(inside);
        });
    }
    return false;
}

/// Copies the containers of one value; one that is met twice, or contains itself, has one copy.
class ContainerCopies {
 public:
    IValue copy(const IValue& value) {
        if (!is_container(value)) return value;
        const auto known = copies_.find(value.pointer());
        if (known != copies_.end()) return known->second;
        WICK_CHECK(depth_ < kMaxDepth, "a result that others can reach is nested more than {} deep", kMaxDepth);
        ++depth_;
        // Others may let go of it meanwhile, and its address is the key.
        held_.push_back(value);
        const IValue made = value.is_list() ? list(value) : value.is_dict() ? dict(value) : tuple(value);
        --depth_;
        return made;
    }

 private:
    static constexpr int kMaxDepth = 500;

    IValue list(const IValue& value) {
        const auto now = snapshot(value.to_list());
        const auto made = make_list(now->element_type);
        copies_[value.pointer()] = made;
        for (const IValue& item : now->items) made->items.push_back(copy(item));
        return made;
    }
    IValue dict(const IValue& value) {
        const auto now = snapshot(value.to_dict());
        const auto made = make_dict(now->key_type, now->value_type);
        copies_[value.pointer()] = made;
        for (const auto& [key, item] : now->items()) made->set(key, copy(item));
        return made;
    }
    IValue tuple(const IValue& value) {
        std::vector<IValue> elements;
        for (const IValue& element : value.to_tuple().elements) elements.push_back(copy(element));
        return copies_[value.pointer()] = make_tuple(std::move(elements), value.to_tuple().named_type);
    }

    std::unordered_map<const RefCounted*, IValue> copies_;
    std::vector<IValue> held_;  ///< whose addresses are keys
    int depth_ = 0;
};

}  // namespace

IValue unshared(const IValue& value) {
    return is_container(value) && holds_shared(value) ? ContainerCopies().copy(value) : value;
}

}  // namespace wick
