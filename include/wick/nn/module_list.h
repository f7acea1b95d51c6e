#pragma once
// Modules by number and by name, as torch::nn::ModuleList and ModuleDict: what their forward is, their owner says.
//
//   nn::ModuleList layers = register_module("layers", nn::ModuleList(nn::Linear(2, 3), nn::Linear(3, 4)));
//   for (const auto& layer : layers) x = layer->as<nn::Linear>()->forward(x);

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <wick/nn/as_pointer.h>
#include <wick/nn/module.h>
#include <wick/support/error.h>

namespace wick::nn {

/// Modules in a row, registered under their numbers: torch.nn.ModuleList.
class ModuleList : public Module, public AsPointer<ModuleList> {
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
    template <class Modules>
    void extend(const Modules& modules) {
        for (const auto& module : modules) push_back(module);
    }
    size_t size() const { return named_children().size(); }
    bool is_empty() const { return size() == 0; }
    /// IndexError outside of the list.
    std::shared_ptr<Module> operator[](size_t index) const {
        if (index >= size()) throw IndexError("Index " + std::to_string(index) + " is out of range");
        return named_children()[index].second;
    }
    std::shared_ptr<Module> ptr(size_t index) const { return (*this)[index]; }
    using AsPointer::ptr;
    /// The module as one of class M; OpError when it is one of another.
    template <class M>
    auto& at(size_t index) const {
        if (auto* found = (*this)[index]->as<M>()) return *found;
        throw OpError("Unable to cast module[" + std::to_string(index) + "] to " + type_name(typeid(M)));
    }
    std::vector<std::shared_ptr<Module>> items() const { return children(); }
    std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
        auto copy = std::make_shared<ModuleList>();
        for (const auto& module : children()) copy->push_back(module->clone(device));
        copy->train(is_training());
        return copy;
    }

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
};

/// Modules by name: torch.nn.ModuleDict.
class ModuleDict : public Module, public AsPointer<ModuleDict> {
 public:
    ModuleDict() = default;
    template <std::same_as<std::nullptr_t> Null>
    ModuleDict(Null) : Module(nullptr) {}

    /// OpError for a name that is there already.
    template <IsModule M>
    M insert(const std::string& name, M module) {
        return register_module(name, std::move(module));
    }
    template <IsModule M>
    void update(const std::vector<std::pair<std::string, M>>& modules) {
        for (const auto& [name, module] : modules) insert(name, module);
    }
    size_t size() const { return named_children().size(); }
    bool empty() const { return size() == 0; }
    bool contains(const std::string& name) const { return named_children().contains(name); }
    /// OpError when there is none.
    std::shared_ptr<Module> operator[](const std::string& name) const { return named_children()[name]; }
    /// In the order in which they were inserted.
    std::vector<std::string> keys() const { return named_children().keys(); }
    const NamedModules& items() const { return named_children(); }
    std::vector<std::shared_ptr<Module>> values() const { return children(); }
    std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
        auto copy = std::make_shared<ModuleDict>();
        for (const auto& [name, module] : items()) copy->insert(name, module->clone(device));
        copy->train(is_training());
        return copy;
    }
};

}  // namespace wick::nn
