#pragma once
// What an expression can denote while a function is compiled. Most are plain values of the graph; some exist at compile
// time only (modules such as `torch`, operators, classes, `range(n)`, special forms) and vanish from the program.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wick/support/source_range.h>

#include "frontend/schema_match.h"

namespace wick::jit {

class SugaredValue;
using SugaredPtr = std::shared_ptr<SugaredValue>;

/// An argument of a call before it is made a value; `name` is "" for positional ones.
struct SugaredArgument {
    SourceRange range;
    std::string name;
    SugaredPtr value;
};

/// Every function takes the place of use, for errors and for the nodes it emits, and the graph (its insertion point).
class SugaredValue : public std::enable_shared_from_this<SugaredValue> {
 public:
    virtual ~SugaredValue() = default;
    /// "module", "function", …, for messages.
    virtual std::string kind() const = 0;
    /// As a first-class value.
    virtual Value* as_value(const SourceRange& range, Graph& graph);
    /// value.field
    virtual SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field);
    virtual bool has_attr(const SourceRange& range, Graph& graph, const std::string& field);
    /// value.field = assigned
    virtual void set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned);
    /// value(args…, name=kwargs…)
    virtual SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args, const NamedValues& kwargs);
    /// Whether arguments may be what is no value: functions and classes. Then they are all given to `call_with`.
    virtual bool takes_things() const { return false; }
    virtual SugaredPtr call_with(const SourceRange& range, Graph& graph, const std::vector<SugaredArgument>& args);
    /// Members, for unpacking and unrolled loops; `expected` is how many the user's code wants, if it says.
    virtual std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph,
                                             std::optional<size_t> expected = std::nullopt);
    /// What `for x in value` iterates over.
    virtual SugaredPtr iterator(const SourceRange& range, Graph& graph);
    /// value[index], of what is no first-class value; `hint` is the type that the user's code expects, or null.
    virtual SugaredPtr subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint);
    // Of iterators: the number of elements, one element, and how many there are when a loop over them must be unrolled,
    // element by element with a constant index.
    virtual Value* length(const SourceRange& range, Graph& graph);
    virtual SugaredPtr element(const SourceRange& range, Graph& graph, Value* index);
    virtual std::optional<size_t> static_length(const SourceRange&) const { return std::nullopt; }

    /// Whether this, which is known when the program is compiled, is an object of `type`; nothing where only the value
    /// can tell.
    virtual std::optional<bool> is_instance_of(const SugaredValue& type) const { return std::nullopt; }

    /// The compiled function that this is, for callers who name it: null for what is no function, or several.
    virtual Function* callee(const SourceRange& range) { return nullptr; }

    /// The graph value behind a SimpleValue, or null.
    virtual Value* simple() const { return nullptr; }

    /// What the program itself calls this, for the callees that take things.
    IValue origin;
};

/// A first-class value.
class SimpleValue : public SugaredValue {
 public:
    explicit SimpleValue(Value* value) : value_(value) {}
    std::string kind() const override;
    Value* as_value(const SourceRange&, Graph&) override { return value_; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    bool has_attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    void set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;
    SugaredPtr iterator(const SourceRange& range, Graph& graph) override;
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;
    Value* simple() const override { return value_; }

 private:
    SugaredPtr try_attr(const SourceRange& range, Graph& graph, const std::string& field);
    Value* value_;
};

SugaredPtr sugar(Value* value);

/// Several compile-time values in a row: tuples of things that are not all first-class.
class SugaredTuple : public SugaredValue {
 public:
    explicit SugaredTuple(std::vector<SugaredPtr> members) : members_(std::move(members)) {}
    std::string kind() const override { return "tuple"; }
    Value* as_value(const SourceRange& range, Graph& graph) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange&, Graph&, std::optional<size_t>) override { return members_; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    /// Only a known index picks one.
    SugaredPtr subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint) override;
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override {
        return subscript(range, graph, index, nullptr);
    }
    std::optional<size_t> static_length(const SourceRange&) const override { return members_.size(); }

 private:
    std::vector<SugaredPtr> members_;
};

/// "…, Perhaps it is a closed over global variable?": what is not a value of the program, though Python has one.
[[noreturn]] void fail_as_value(const SourceRange& range, const std::string& kind);

/// container[index] of a ModuleList or ModuleDict, behind the interface that all its modules have.
Value* emit_module_at(const SourceRange& range, Graph& graph, Value* container, Value* index, const TypePtr& interface);

}  // namespace wick::jit
