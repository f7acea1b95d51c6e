#pragma once
// What names mean that a function does not define itself.

#include <functional>
#include <memory>
#include <string>

#include <wick/support/source_range.h>
#include <wick/types/type.h>

namespace wick::jit {

class SugaredValue;
struct Graph;
struct Value;
namespace ast {
struct Lambda;
}

/// The world around a function: of an archive's code, of a program's text, of an operator's composite body.
struct Resolver {
    virtual ~Resolver() = default;
    /// A value by its plain name; null when the name is unknown. Constants are inserted into `graph`.
    virtual std::shared_ptr<SugaredValue> resolve_value(const std::string& name, Graph& graph,
                                                        const SourceRange& range) = 0;
    /// A class, interface, enum or named tuple by plain or dotted name; null when unknown.
    virtual TypePtr resolve_type(const std::string& name, const SourceRange& range) = 0;
    /// What the first parameter of the function denotes; null for a plain value.
    virtual std::shared_ptr<SugaredValue> self_value(Value* parameter) { return nullptr; }
    /// Whether the text is a program's own, and no archive's: archives have nested functions, which programs may not.
    virtual bool is_source() const { return false; }
    /// A lambda as an argument of a function that takes functions; `is_local` tells the variables around it, which it
    /// may not use.
    virtual std::shared_ptr<SugaredValue> lambda_value(const ast::Lambda& lambda,
                                                       const std::function<bool(const std::string&)>& is_local) {
        return nullptr;
    }
    /// What `super()`, or `super(Class, self)` of a class, denotes; null outside of methods.
    virtual std::shared_ptr<SugaredValue> super_value(Graph& graph, const SugaredValue* of) { return nullptr; }
};

}  // namespace wick::jit
