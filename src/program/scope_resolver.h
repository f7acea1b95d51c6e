#pragma once
// What names mean in a function of a program: what they stand for where the function was defined.

#include "frontend/resolver.h"
#include "frontend/sugared_value.h"
#include "program/scope.h"

namespace wick::jit {

class Session;

class ScopeResolver : public Resolver {
 public:
    ScopeResolver(Session& session, ScopePtr scope) : session_(session), scope_(std::move(scope)) {}
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange& range) override;
    TypePtr resolve_type(const std::string& name, const SourceRange& range) override;
    bool is_source() const override { return true; }

 protected:
    Session& session_;
    const ScopePtr scope_;
};

}  // namespace wick::jit
