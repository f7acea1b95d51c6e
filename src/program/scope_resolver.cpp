#include "program/scope_resolver.h"

#include <fmt/format.h>

#include "frontend/ast_visitor.h"
#include "program/builtin_thing.h"
#include "program/builtins.h"
#include "program/functions.h"
#include "program/session.h"

namespace wick::jit {

SugaredPtr ScopeResolver::resolve_value(const std::string& name, Graph& graph, const SourceRange& range) {
    for (Scope* scope = scope_.get(); scope; scope = scope->parent().get()) {
        const IValue* value = scope->find(name);
        if (!value) continue;
        if (!thing_of(*value)) scope->captured.insert(name);
        return session_.compile_time(*value, graph, range);
    }
    // What the front end knows by itself it knows better.
    IValue builtin;
    if (find_builtin(name, builtin)) {
        if (SugaredPtr known = thing_of(builtin)->compile_time(session_, graph, range)) {
            known->origin = builtin;
            return known;
        }
    }
    return nullptr;
}

SugaredPtr ScopeResolver::lambda_value(const ast::Lambda& lambda,
                                       const std::function<bool(const std::string&)>& is_local) {
    std::unordered_set<std::string> own;
    for (const ast::Parameter& parameter : lambda.parameters) own.insert(parameter.name);
    // What it would have to carry along only the evaluator can give it.
    const auto refuse = [&] { throw NotCompilable(lambda.range, "Lambda aren't supported"); };
    visit_expressions(*lambda.body, [&](const ast::Expr& expr) {
        const auto* name = ast::as<ast::Name>(&expr);
        if (expr.kind == ast::ExprKind::Lambda || (name && !own.contains(name->id) && is_local(name->id))) refuse();
        return true;
    });
    auto function = make_intrusive<FunctionThing>(ast_, &lambda, scope_);
    for (const ast::Parameter& parameter : lambda.parameters) {
        if (parameter.default_value) refuse();
        function->defaults.emplace_back();
    }
    struct LambdaValue : SugaredValue {
        std::string kind() const override { return "function"; }
    };
    auto value = std::make_shared<LambdaValue>();
    value->origin = function->value();
    return value;
}

TypePtr ScopeResolver::resolve_type(const std::string& name, const SourceRange& range) {
    size_t dot = name.find('.');
    const IValue* first = scope_->look_up(name.substr(0, dot));
    if (!first) return nullptr;
    IValue value = *first;
    while (dot != name.npos) {
        const size_t next = name.find('.', dot + 1);
        IValue member;
        if (!session_.find_attribute(value, name.substr(dot + 1, next == name.npos ? next : next - dot - 1), member))
            return nullptr;
        value = std::move(member);
        dot = next;
    }
    return session_.script_type(value, range);
}

}  // namespace wick::jit
