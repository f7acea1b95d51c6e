#pragma once
// Names and what they stand for.

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <wick/types/ivalue.h>

namespace wick::jit {

/// The names of a text (its globals), of a class body, or of one call of an interpreted function.
class Scope : public RefCounted {
 public:
    /// `qualifier` is what stands before the names of what is defined here: "__torch__".
    Scope(IntrusivePtr<Scope> parent, std::string qualifier)
        : parent_(std::move(parent)), qualifier_(std::move(qualifier)) {}

    const std::string& qualifier() const { return qualifier_; }
    const IntrusivePtr<Scope>& parent() const { return parent_; }
    /// The value of a name of this scope itself, or null.
    IValue* find(const std::string& name) {
        const auto found = values_.find(name);
        return found == values_.end() ? nullptr : &found->second;
    }
    /// In this scope and those around it.
    IValue* look_up(const std::string& name) {
        for (Scope* scope = this; scope; scope = scope->parent_.get()) {
            if (IValue* value = scope->find(name)) return value;
        }
        return nullptr;
    }
    void set(const std::string& name, IValue value) {
        const auto [place, added] = values_.insert_or_assign(name, std::move(value));
        if (added) names_.push_back(name);
    }
    bool erase(const std::string& name) {
        if (!values_.erase(name)) return false;
        std::erase(names_, name);
        return true;
    }
    /// In the order of their first assignment.
    const std::vector<std::string>& names() const { return names_; }
    /// Ends the circles that functions make with the scopes they were defined in.
    void clear() {
        values_.clear();
        names_.clear();
        parent_ = nullptr;
    }

    /// Names that `global` or `nonlocal` statements of a function send to another scope.
    std::unordered_map<std::string, IntrusivePtr<Scope>> elsewhere;
    /// Names whose values compiled code holds as constants.
    std::unordered_set<std::string> captured;

 private:
    IntrusivePtr<Scope> parent_;
    std::string qualifier_;
    std::unordered_map<std::string, IValue> values_;
    std::vector<std::string> names_;
};

using ScopePtr = IntrusivePtr<Scope>;

}  // namespace wick::jit
