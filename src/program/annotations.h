#pragma once
// Types as values of a program: what annotations are made of.

#include <memory>
#include <string>

#include "frontend/ast.h"
#include "program/scope.h"
#include "program/thing.h"

namespace wick::jit {

/// A script type as a value: `List[int]`, `int | None`.
class TypeThing : public Thing {
 public:
    explicit TypeThing(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return type_->annotation_str(); }
    TypePtr script_type(Session&, const SourceRange&) override { return type_; }

 private:
    const TypePtr type_;
};

/// `List[int]` and its like as an expression: what it means is asked for where it is used.
class AnnotationThing : public Thing {
 public:
    AnnotationThing(std::shared_ptr<const Ast> ast, const ast::Expr* expr, ScopePtr scope)
        : ast_(std::move(ast)), expr_(expr), scope_(std::move(scope)) {}
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return std::string(expr_->range.text()); }
    TypePtr script_type(Session& session, const SourceRange& range) override;

 private:
    const std::shared_ptr<const Ast> ast_;
    const ast::Expr* const expr_;
    const ScopePtr scope_;
    bool asked_ = false;  ///< script_type is on its way
};

/// `List`, `Optional`, …: what may stand before brackets in an annotation.
class TypeConstructorThing : public Thing {
 public:
    explicit TypeConstructorThing(std::string name) : name(std::move(name)) {}
    const std::string name;
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return "typing." + name; }
    /// TypeVar("T"), NewType("T", int): names that are no types.
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    TypePtr script_type(Session& session, const SourceRange& range) override;
};

/// `a | b` of two types.
class EitherThing : public Thing {
 public:
    EitherThing(IValue a, IValue b) : a(std::move(a)), b(std::move(b)) {}
    const IValue a, b;
    std::string kind() const override { return "type"; }
    TypePtr script_type(Session& session, const SourceRange& range) override;
};

/// Whether `value[…]` is an annotation.
bool is_type_constructor(const IValue& value);
IValue subscripted_type(const ast::Subscript& expr, Scope& scope, const std::shared_ptr<const Ast>& ast);

}  // namespace wick::jit
