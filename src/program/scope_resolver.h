#pragma once
// What names mean in a function of a program: what they stand for where the function was defined.

#include "frontend/ast.h"
#include "frontend/resolver.h"
#include "frontend/sugared_value.h"
#include "program/scope.h"

namespace wick::jit {

class Session;

class ScopeResolver : public Resolver {
 public:
    /// `ast` holds the function's text.
    ScopeResolver(Session& session, ScopePtr scope, std::shared_ptr<const Ast> ast = {})
        : session_(session), scope_(std::move(scope)), ast_(std::move(ast)) {}
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange& range) override;
    TypePtr resolve_type(const std::string& name, const SourceRange& range) override;
    bool is_source() const override { return true; }
    SugaredPtr lambda_value(const ast::Lambda& lambda,
                            const std::function<bool(const std::string&)>& is_local) override;

 protected:
    Session& session_;
    const ScopePtr scope_;
    const std::shared_ptr<const Ast> ast_;
};

}  // namespace wick::jit
