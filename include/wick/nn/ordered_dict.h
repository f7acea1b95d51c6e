#pragma once
// What modules give by name, as torch::OrderedDict: in the order in which it was registered.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wick/support/error.h>

namespace wick::nn {

/// A name and what it names: `first` and `second`, or libtorch's key() and value().
template <class T>
struct Named : std::pair<std::string, T> {
    using std::pair<std::string, T>::pair;
    const std::string& key() const { return this->first; }
    const T& value() const { return this->second; }
    /// libtorch's `->` and `*` of an item mean the value.
    const T* operator->() const { return &this->second; }
    const T& operator*() const { return this->second; }
};

template <class T>
class OrderedDict : public std::vector<Named<T>> {
 public:
    using std::vector<Named<T>>::vector;
    using std::vector<Named<T>>::operator[];

    /// Null when there is none of that name.
    const T* find(std::string_view name) const {
        for (const Named<T>& one : *this)
            if (one.first == name) return &one.second;
        return nullptr;
    }
    bool contains(std::string_view name) const { return find(name) != nullptr; }
    /// OpError when there is none of that name.
    const T& operator[](const std::string& name) const {
        if (const T* found = find(name)) return *found;
        throw OpError("Key '" + name + "' is not defined");
    }
    std::vector<std::string> keys() const {
        std::vector<std::string> names;
        for (const Named<T>& one : *this) names.push_back(one.first);
        return names;
    }
    std::vector<T> values() const {
        std::vector<T> all;
        for (const Named<T>& one : *this) all.push_back(one.second);
        return all;
    }
    const std::vector<Named<T>>& items() const { return *this; }
    std::vector<std::pair<std::string, T>> pairs() const { return {this->begin(), this->end()}; }
    bool is_empty() const { return this->empty(); }
};

}  // namespace wick::nn
