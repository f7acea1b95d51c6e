#pragma once
// Operators and what calls them, as values of the compiler.

#include <optional>
#include <string>

#include "frontend/sugared_value.h"

namespace wick::jit {

/// An operator family, perhaps with its `self` already given (a method of a value).
class BuiltinFunction : public SugaredValue {
 public:
    BuiltinFunction(Symbol name, std::optional<NamedValue> self) : name_(name), self_(std::move(self)) {}
    /// The family as a method of `self`: null when no overload takes a `self` of that type.
    static SugaredPtr as_method(Symbol name, const NamedValue& self);
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Symbol name_;
    std::optional<NamedValue> self_;
};

/// A namespace of operators: `torch` (aten), `math`, `ops.torchvision`.
class OperatorNamespace : public SugaredValue {
 public:
    explicit OperatorNamespace(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "builtin module"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;

 private:
    std::string name_;
};

/// `ops`: every attribute is an operator namespace.
class OpsNamespace : public SugaredValue {
 public:
    std::string kind() const override { return "ops"; }
    SugaredPtr attr(const SourceRange&, Graph&, const std::string& field) override {
        return std::make_shared<OperatorNamespace>(field);
    }
};

/// float(x), int(x), …: the value itself when it has the type already, else the operator.
class CastFunction : public SugaredValue {
 public:
    CastFunction(TypePtr type, Symbol op, std::string magic_method)
        : type_(std::move(type)), op_(op), magic_method_(std::move(magic_method)) {}
    std::string kind() const override { return magic_method_; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
    Symbol op_;
    std::string magic_method_;
};

/// x.float(), x.long(), …: a tensor's conversions to a dtype.
class TensorCastFunction : public SugaredValue {
 public:
    TensorCastFunction(Value* self, int64_t dtype) : self_(self), dtype_(dtype) {}
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
    int64_t dtype_;
};

/// x.type(dtype).
class TensorTypeFunction : public SugaredValue {
 public:
    explicit TensorTypeFunction(Value* self) : self_(self) {}
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
};

/// An operator that classes may take over by a magic method of their own: len(x), x + y.
class MagicFunction : public SugaredValue {
 public:
    MagicFunction(std::string method, Symbol op) : method_(std::move(method)), op_(op) {}
    std::string kind() const override { return method_; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::string method_;
    Symbol op_;
};

class PrintFunction : public SugaredValue {
 public:
    std::string kind() const override { return "print"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
};

}  // namespace wick::jit
