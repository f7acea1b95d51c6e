#pragma once
// Compiled functions as values of the compiler.

#include <optional>
#include <string>
#include <vector>

#include "frontend/sugared_value.h"
#include "ops/foreign_function.h"

namespace wick::jit {

/// A compiled function; with several, overloads in order.
class FunctionValue : public SugaredValue {
 public:
    explicit FunctionValue(std::vector<Function*> overloads) : overloads_(std::move(overloads)) {}
    std::string kind() const override { return "function"; }
    Function* callee(const SourceRange&) override { return overloads_.size() == 1 ? overloads_[0] : nullptr; }
    Value* as_value(const SourceRange& range, Graph& graph) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::vector<Function*> overloads_;
};

/// A method of a class or interface, bound to its object.
class MethodValue : public SugaredValue {
 public:
    MethodValue(Value* self, std::string name) : self_(self), name_(std::move(name)) {}
    std::string kind() const override { return "method"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
    std::string name_;
};

/// A function that compiled code leaves to the language around it.
class ForeignFunctionValue : public SugaredValue {
 public:
    /// Without a schema it takes whatever it is given, and returns a Tensor.
    ForeignFunctionValue(std::string name, IntrusivePtr<ForeignFunction> function, std::optional<Schema> schema);
    std::string kind() const override { return "function"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    const std::string name_;
    const IntrusivePtr<ForeignFunction> function_;
    const std::optional<Schema> schema_;
};

/// A nested function: a prim::Closure node over the variables it sees.
class ClosureValue : public SugaredValue {
 public:
    explicit ClosureValue(Value* closure) : closure_(closure) {}
    std::string kind() const override { return "closure"; }
    Value* as_value(const SourceRange&, Graph&) override { return closure_; }

 private:
    Value* closure_;
};

/// A call of a compiled function or of a method, as one value.
Value* emit_function_call(const SourceRange& range, Graph& graph, Function& function, const MatchedSchema& match);
Value* emit_method_call(const SourceRange& range, Graph& graph, const std::string& name, const MatchedSchema& match);

}  // namespace wick::jit
