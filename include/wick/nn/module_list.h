#pragma once
// Modules by number and by name, as torch::nn::ModuleList and ModuleDict: what their forward is, their owner says.
//
//   nn::ModuleList layers = register_module("layers", nn::ModuleList(nn::Linear(2, 3), nn::Linear(3, 4)));
//   for (const auto& layer : layers) x = layer->as<nn::Linear>()->forward(x);

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wick/nn/module.h>
#include <wick/support/error.h>

namespace wick::nn {

class ModuleList : public Module {
 public:
    template <IsModule... M>
    explicit ModuleList(const M&... modules) {
        (push_back(modules), ...);
    }
    template <std::same_as<std::nullptr_t> Null>
    ModuleList(Null) : Module(nullptr) {}

    template <IsModule M>
    void push_back(const M& module) {
        register_module(std::to_string(size()), module);
    }
    size_t size() const { return named_children().size(); }
    /// IndexError outside of the list.
    std::shared_ptr<Module> operator[](size_t index) const {
        if (index >= size()) throw IndexError("Index " + std::to_string(index) + " is out of range");
        return named_children()[index].second;
    }
    std::vector<std::shared_ptr<Module>> items() const { return children(); }

    /// Over the modules.
    class Iterator {
     public:
        explicit Iterator(NamedModules::const_iterator at) : at_(at) {}
        const std::shared_ptr<Module>& operator*() const { return at_->second; }
        Iterator& operator++() { return ++at_, *this; }
        bool operator==(const Iterator&) const = default;

     private:
        NamedModules::const_iterator at_;
    };
    Iterator begin() const { return Iterator(named_children().begin()); }
    Iterator end() const { return Iterator(named_children().end()); }

    ModuleList* operator->() { return this; }
    const ModuleList* operator->() const { return this; }
};

class ModuleDict : public Module {
 public:
    ModuleDict() = default;
    template <std::same_as<std::nullptr_t> Null>
    ModuleDict(Null) : Module(nullptr) {}

    /// OpError for a name that is there already.
    template <IsModule M>
    M insert(const std::string& name, M module) {
        return register_module(name, std::move(module));
    }
    size_t size() const { return named_children().size(); }
    bool contains(const std::string& name) const { return find(name) != nullptr; }
    /// OpError when there is none.
    std::shared_ptr<Module> operator[](const std::string& name) const {
        const std::shared_ptr<Module> found = find(name);
        if (!found) throw OpError("Key '" + name + "' is not defined");
        return found;
    }
    /// In the order in which they were inserted.
    std::vector<std::string> keys() const {
        std::vector<std::string> names;
        for (const auto& [name, module] : named_children()) names.push_back(name);
        return names;
    }
    const NamedModules& items() const { return named_children(); }
    std::vector<std::shared_ptr<Module>> values() const { return children(); }

    ModuleDict* operator->() { return this; }
    const ModuleDict* operator->() const { return this; }

 private:
    std::shared_ptr<Module> find(const std::string& name) const {
        for (const auto& [known, module] : named_children())
            if (known == name) return module;
        return nullptr;
    }
};

}  // namespace wick::nn
