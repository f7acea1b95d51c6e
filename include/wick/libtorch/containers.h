#pragma once
// c10::List and c10::Dict over wick's values of those kinds: handles, whose copies share the elements, as in
// TorchScript.

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <wick/nn/layer.h>
#include <wick/ops/operator_handle.h>
#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick::libtorch {

template <class T>
class List;
template <class Key, class Value>
class Dict;

/// The script type of a C++ type; Any for those that may hold anything.
template <class T>
struct ScriptType {
    static jit::TypePtr get() { return jit::any_type(); }
};
template <>
struct ScriptType<Tensor> {
    static jit::TypePtr get() { return jit::tensor_type(); }
};
template <>
struct ScriptType<bool> {
    static jit::TypePtr get() { return jit::bool_type(); }
};
template <std::integral T>
requires(!std::same_as<T, bool>) struct ScriptType<T> {
    static jit::TypePtr get() { return jit::int_type(); }
};
template <std::floating_point T>
struct ScriptType<T> {
    static jit::TypePtr get() { return jit::float_type(); }
};
template <>
struct ScriptType<std::string> {
    static jit::TypePtr get() { return jit::string_type(); }
};
template <class T>
struct ScriptType<std::optional<T>> {
    static jit::TypePtr get() { return jit::optional_type(ScriptType<T>::get()); }
};
template <class T>
struct ScriptType<List<T>> {
    static jit::TypePtr get() { return jit::list_type(ScriptType<T>::get()); }
};
template <class T>
struct ScriptType<std::vector<T>> : ScriptType<List<T>> {};
template <class Key, class Value>
struct ScriptType<Dict<Key, Value>> {
    static jit::TypePtr get() { return jit::dict_type(ScriptType<Key>::get(), ScriptType<Value>::get()); }
};

template <class T>
T from_value(const IValue& value);
template <class T>
IValue to_value(const T& value);

template <class T>
class List {
 public:
    using value_type = T;

    List() : object_(make_list(ScriptType<T>::get())) {}
    List(std::initializer_list<T> values) : List(std::vector<T>(values)) {}
    explicit List(const std::vector<T>& values) : List() {
        for (const T& value : values) push_back(value);
    }
    explicit List(IntrusivePtr<ListObject> object) : object_(std::move(object)) {}

    size_t size() const { return object_->items.size(); }
    bool empty() const { return size() == 0; }
    T get(size_t i) const { return from_value<T>(object_->items.at(i)); }
    T operator[](size_t i) const { return get(i); }
    void set(size_t i, const T& value) { object_->items.at(i) = to_value(value); }
    void push_back(const T& value) { object_->items.push_back(to_value(value)); }
    template <class... A>
    void emplace_back(A&&... arguments) {
        push_back(T(std::forward<A>(arguments)...));
    }
    void pop_back() { object_->items.pop_back(); }
    void clear() { object_->items.clear(); }
    void reserve(size_t size) { object_->items.reserve(size); }
    std::vector<T> vec() const { return std::vector<T>(begin(), end()); }
    List copy() const { return List(make_list(object_->element_type, object_->items)); }
    bool is(const List& other) const { return object_ == other.object_; }

    class Iterator {
     public:
        using iterator_category = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = T;
        T operator*() const { return from_value<T>(list_->items[place_]); }
        Iterator& operator++() { return ++place_, *this; }
        bool operator==(const Iterator& other) const { return place_ == other.place_; }

     private:
        friend class List;
        Iterator(const ListObject* list, size_t place) : list_(list), place_(place) {}
        const ListObject* list_;
        size_t place_;
    };
    Iterator begin() const { return Iterator(object_.get(), 0); }
    Iterator end() const { return Iterator(object_.get(), size()); }

    const IntrusivePtr<ListObject>& object() const { return object_; }

 private:
    IntrusivePtr<ListObject> object_;
};

template <class Key, class Value>
class Dict {
 public:
    Dict() : object_(make_dict(ScriptType<Key>::get(), ScriptType<Value>::get())) {}
    explicit Dict(IntrusivePtr<DictObject> object) : object_(std::move(object)) {}

    size_t size() const { return object_->size(); }
    bool empty() const { return size() == 0; }
    bool contains(const Key& key) const { return object_->find(to_value(key)); }
    /// std::out_of_range for a key that is not there.
    Value at(const Key& key) const {
        const IValue* const found = object_->find(to_value(key));
        if (!found) throw std::out_of_range("Argument passed to at() was not in the map.");
        return from_value<Value>(*found);
    }
    void insert_or_assign(const Key& key, const Value& value) { object_->set(to_value(key), to_value(value)); }
    size_t erase(const Key& key) { return object_->erase(to_value(key)); }
    void clear() { object_->clear(); }

    class Entry {
     public:
        Key key() const { return from_value<Key>(entry_.key); }
        Value value() const { return from_value<Value>(entry_.value); }

     private:
        friend class Dict;
        explicit Entry(const DictObject::Entry& entry) : entry_(entry) {}
        DictObject::Entry entry_;
    };
    class Iterator {
     public:
        Entry operator*() const { return Entry(dict_->entries()[place_]); }
        std::optional<Entry> operator->() const { return **this; }
        Iterator& operator++() { return ++place_, skip(), *this; }
        bool operator==(const Iterator& other) const { return place_ == other.place_; }

     private:
        friend class Dict;
        Iterator(const DictObject* dict, size_t place) : dict_(dict), place_(place) { skip(); }
        void skip() {
            while (place_ < dict_->entries().size() && !dict_->entries()[place_].alive) ++place_;
        }
        const DictObject* dict_;
        size_t place_;
    };
    Iterator begin() const { return Iterator(object_.get(), 0); }
    Iterator end() const { return Iterator(object_.get(), object_->entries().size()); }
    /// Where the key is, and false when it was there already, with the value that it has.
    std::pair<Iterator, bool> insert(const Key& key, const Value& value) {
        const bool is_new = !contains(key);
        if (is_new) object_->set(to_value(key), to_value(value));
        return {find(key), is_new};
    }
    /// The entry of a key, or end().
    Iterator find(const Key& key) const {
        const IValue wanted = to_value(key);
        Iterator found = begin();
        while (!(found == end()) && !object_->entries()[found.place_].key.equals(wanted)) ++found;
        return found;
    }

    const IntrusivePtr<DictObject>& object() const { return object_; }

 private:
    IntrusivePtr<DictObject> object_;
};

// Between C++ types and values.

template <class T>
struct Convert {
    static IValue to(const T& value) { return boxed(value); }
    static T from(const IValue& value) { return Unboxed<T>::from(value); }
};
template <std::integral T>
requires(!std::same_as<T, bool>) struct Convert<T> {
    static IValue to(T value) { return IValue(static_cast<int64_t>(value)); }
    static T from(const IValue& value) { return static_cast<T>(value.to_int()); }
};
template <std::floating_point T>
struct Convert<T> {
    static IValue to(T value) { return IValue(static_cast<double>(value)); }
    static T from(const IValue& value) { return static_cast<T>(value.to_double()); }
};
/// Values themselves, as whatever class they are seen.
template <std::derived_from<IValue> T>
struct Convert<T> {
    static IValue to(const T& value) { return value; }
    static T from(const IValue& value) { return T(value); }
};
template <class T>
struct Convert<List<T>> {
    static IValue to(const List<T>& value) { return IValue(value.object()); }
    static List<T> from(const IValue& value) { return List<T>(IntrusivePtr<ListObject>(&value.to_list())); }
};
template <class Key, class Value>
struct Convert<Dict<Key, Value>> {
    static IValue to(const Dict<Key, Value>& value) { return IValue(value.object()); }
    static Dict<Key, Value> from(const IValue& value) {
        return Dict<Key, Value>(IntrusivePtr<DictObject>(&value.to_dict()));
    }
};
template <class T>
struct Convert<std::vector<T>> {
    static IValue to(const std::vector<T>& value) { return to_value(List<T>(value)); }
    static std::vector<T> from(const IValue& value) { return from_value<List<T>>(value).vec(); }
};
template <class T>
struct Convert<std::optional<T>> {
    static IValue to(const std::optional<T>& value) { return value ? to_value(*value) : IValue(); }
    static std::optional<T> from(const IValue& value) {
        return value.is_none() ? std::nullopt : std::optional<T>(from_value<T>(value));
    }
};
template <class... T>
struct Convert<std::tuple<T...>> {
    static IValue to(const std::tuple<T...>& values) {
        return std::apply([](const T&... value) { return IValue(make_tuple({to_value(value)...})); }, values);
    }
    static std::tuple<T...> from(const IValue& value) {
        return from(value.to_tuple().elements, std::index_sequence_for<T...>());
    }

 private:
    template <size_t... I>
    static std::tuple<T...> from(const std::vector<IValue>& elements, std::index_sequence<I...>) {
        return {from_value<T>(elements.at(I))...};
    }
};
template <class Map>
requires requires { typename Map::mapped_type; }
struct Convert<Map> {
    using Key = typename Map::key_type;
    using Value = typename Map::mapped_type;
    static IValue to(const Map& values) {
        Dict<Key, Value> made;
        for (const auto& [key, value] : values) made.insert(key, value);
        return to_value(made);
    }
    static Map from(const IValue& value) {
        Map made;
        for (const auto entry : from_value<Dict<Key, Value>>(value)) made.emplace(entry.key(), entry.value());
        return made;
    }
};

template <class T>
T from_value(const IValue& value) {
    return Convert<T>::from(value);
}
template <class T>
IValue to_value(const T& value) {
    return Convert<T>::to(value);
}

}  // namespace wick::libtorch
