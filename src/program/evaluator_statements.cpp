#include <fmt/format.h>

#include <wick/support/error.h>

#include "frontend/ast_visitor.h"
#include "frontend/environment.h"
#include "ops/autocast.h"
#include "program/class_members.h"
#include "program/classes.h"
#include "program/containers.h"
#include "program/evaluator.h"
#include "program/functions.h"
#include "program/namespaces.h"

namespace wick::jit {

using namespace ast;

Evaluator::Flow Evaluator::execute(const ast::Block& statements) {
    for (const Stmt* statement : statements) {
        if (const Flow flow = execute(*statement); flow != Flow::normal) return flow;
    }
    return Flow::normal;
}

Evaluator::Flow Evaluator::execute(const Stmt& statement) {
    frame_.range = statement.range;
    session_.step();
    switch (statement.kind) {
        case StmtKind::Assign: {
            const auto& assignment = static_cast<const Assign&>(statement);
            // `x: int` alone declares; what it says is read where the class or function is compiled.
            if (!assignment.value) return Flow::normal;
            const IValue value = evaluate(*assignment.value);
            for (const Expr* target : assignment.targets) assign(*target, value);
            return Flow::normal;
        }
        case StmtKind::AugmentedAssign:
            augmented_assign(static_cast<const AugmentedAssign&>(statement));
            return Flow::normal;
        case StmtKind::Expression:
            evaluate(*static_cast<const Expression&>(statement).value);
            return Flow::normal;
        case StmtKind::If: {
            const auto& branch = static_cast<const If&>(statement);
            return execute(session_.is_true(evaluate(*branch.condition)) ? branch.then : branch.otherwise);
        }
        case StmtKind::While: {
            const auto& loop = static_cast<const While&>(statement);
            while (session_.is_true(evaluate(*loop.condition))) {
                const Flow flow = execute(loop.body);
                if (flow == Flow::breaks) return Flow::normal;
                if (flow == Flow::returns) return flow;
                frame_.range = statement.range;
            }
            return execute(loop.otherwise);
        }
        case StmtKind::For:
            return loop_over(static_cast<const For&>(statement));
        case StmtKind::With:
            return with(static_cast<const With&>(statement), 0);
        case StmtKind::Assert: {
            const auto& check = static_cast<const Assert&>(statement);
            if (!session_.is_true(evaluate(*check.condition)))
                jit::raise("AssertionError", check.message ? session_.str(evaluate(*check.message)) : "");
            return Flow::normal;
        }
        case StmtKind::Raise:
            raise(static_cast<const Raise&>(statement));
            return Flow::normal;
        case StmtKind::Try:
            return attempt(static_cast<const Try&>(statement));
        case StmtKind::Delete:
            for (const Expr* target : static_cast<const Delete&>(statement).targets) remove(*target);
            return Flow::normal;
        case StmtKind::Pass:
            return Flow::normal;
        case StmtKind::Break:
            return Flow::breaks;
        case StmtKind::Continue:
            return Flow::continues;
        case StmtKind::Return: {
            const auto& returned = static_cast<const Return&>(statement);
            result = returned.value ? evaluate(*returned.value) : IValue();
            return Flow::returns;
        }
        case StmtKind::PythonStatement:
            throw CompileError(statement.range, static_cast<const PythonStatement&>(statement).sentence);
        case StmtKind::Global: {
            const auto& global = static_cast<const Global&>(statement);
            for (const std::string& name : global.names) {
                ScopePtr target = scope_->parent();
                if (!global.is_nonlocal) {
                    while (target && target->parent()) target = target->parent();
                } else {
                    while (target && !target->find(name)) target = target->parent();
                }
                if (target) scope_->elsewhere[name] = target;
            }
            return Flow::normal;
        }
        case StmtKind::Import:
            import(static_cast<const Import&>(statement));
            return Flow::normal;
        case StmtKind::FunctionDef:
            define(static_cast<const FunctionDef&>(statement));
            return Flow::normal;
        case StmtKind::ClassDef:
            define(static_cast<const ClassDef&>(statement));
            return Flow::normal;
    }
    __builtin_unreachable();
}

Evaluator::Flow Evaluator::loop_over(const For& statement) {
    const IValue iterable = evaluate(*statement.iterable);
    const auto step = [&](const IValue& element) {
        assign(*statement.target, element);
        const Flow flow = execute(statement.body);
        frame_.range = statement.range;
        return flow;
    };
    // A range is not laid out in memory, and a list may grow while it is run over.
    if (const auto* range = thing_as<RangeThing>(iterable)) {
        for (int64_t i = 0; i < range->length(); ++i) {
            const Flow flow = step(IValue(range->start + i * range->step));
            if (flow == Flow::breaks) return Flow::normal;
            if (flow == Flow::returns) return flow;
        }
    } else if (iterable.is_list()) {
        for (size_t i = 0; i < iterable.to_list().items.size(); ++i) {
            const Flow flow = step(IValue(iterable.to_list().items[i]));
            if (flow == Flow::breaks) return Flow::normal;
            if (flow == Flow::returns) return flow;
        }
    } else {
        for (const IValue& element : session_.elements(iterable)) {
            const Flow flow = step(element);
            if (flow == Flow::breaks) return Flow::normal;
            if (flow == Flow::returns) return flow;
        }
    }
    return execute(statement.otherwise);
}

void in_context(Session& session, const IValue& manager, FunctionRef<void(const IValue& entered)> body) {
    const IValue entered = session.call(session.attribute(manager, "__enter__"), {});
    const AutocastState outside;
    if (manager.is_object() && is_autocast(*manager.to_object().type))
        enter_autocast(manager.to_object(), CastLists::eager);
    const auto leave = [&] {
        outside.apply();
        session.call(session.attribute(manager, "__exit__"), {{IValue(), IValue(), IValue()}, {}});
    };
    try {
        body(entered);
    } catch (const Error&) {
        leave();
        throw;
    }
    leave();
}

Evaluator::Flow Evaluator::with(const With& statement, size_t item) {
    if (item == statement.items.size()) return execute(statement.body);
    Flow flow;
    in_context(session_, evaluate(*statement.items[item].value), [&](const IValue& entered) {
        if (statement.items[item].target) assign(*statement.items[item].target, entered);
        flow = with(statement, item + 1);
    });
    return flow;
}

std::string Evaluator::module_of(const Import& statement) const {
    if (statement.level == 0) return statement.module;
    const IValue* package = scope_->look_up("__package__");
    std::string name = package && package->is_string() ? package->to_string() : "";
    if (name.empty()) jit::raise("ImportError", "attempted relative import with no known parent package");
    for (int level = 1; level < statement.level; ++level) {
        const size_t dot = name.rfind('.');
        if (dot == name.npos) jit::raise("ImportError", "attempted relative import beyond top-level package");
        name.resize(dot);
    }
    return statement.module.empty() ? name : name + "." + statement.module;
}

void Evaluator::import(const Import& statement) {
    if (statement.module.empty() && statement.level == 0) {
        for (const Import::Alias& alias : statement.names) {
            const IValue module = import_module(session_, alias.name);
            if (!alias.as.empty()) {
                assign_name(alias.as, module);
            } else {
                // `import a.b` binds a.
                const std::string first = alias.name.substr(0, alias.name.find('.'));
                assign_name(first, import_module(session_, first));
            }
        }
        return;
    }
    if (statement.module == "__future__") {
        for (const Import::Alias& alias : statement.names) assign_name(alias.name, IValue(true));
        return;
    }
    const std::string name = module_of(statement);
    const IValue module = import_module(session_, name);
    for (const Import::Alias& alias : statement.names) {
        if (alias.name == "*") {
            const std::vector<std::string> names = public_names_of(module);
            if (names.empty())
                jit::raise("ImportError", fmt::format("'from {} import *' is not supported: name what you need", name));
            for (const std::string& exported : names) {
                IValue value;
                if (session_.find_attribute(module, exported, value)) assign_name(exported, std::move(value));
            }
            continue;
        }
        IValue value;
        if (!session_.find_attribute(module, alias.name, value))
            jit::raise("ImportError", fmt::format("cannot import name '{}' from '{}'", alias.name, name));
        assign_name(alias.as.empty() ? alias.name : alias.as, std::move(value));
    }
}

/// Python evaluates annotations when the function is defined; here their names are looked up, no more.
void Evaluator::check_annotations(const FunctionDef& def) {
    if (session_.in_library > 0 || scope_->look_up("annotations")) return;  // `from __future__ import annotations`
    const auto check = [&](const Expr* annotation) {
        if (!annotation) return;
        frame_.range = annotation->range;
        visit_expressions(*annotation, [&](const Expr& expr) {
            if (const auto* used = as<Name>(&expr); used && !is_other_builtin(used->id)) name(*used);
            return true;
        });
    };
    for (const Parameter& parameter : def.parameters) check(parameter.annotation);
    check(def.returns);
}

void Evaluator::define(const FunctionDef& def) {
    check_annotations(def);
    auto function = make_intrusive<FunctionThing>(ast_, &def, scope_);
    for (const Parameter& parameter : def.parameters)
        function->defaults.push_back(parameter.default_value ? std::optional(evaluate(*parameter.default_value))
                                                             : std::nullopt);
    session_.keep(scope_);
    function->qualified_name = scope_->qualifier() + "." + def.name;
    IValue value = function->value();
    for (size_t i = def.decorators.size(); i-- > 0;) {
        frame_.range = def.decorators[i]->range;
        value = session_.call(evaluate(*def.decorators[i]), {{value}, {}});
    }
    // The signatures of an overloaded function stand before it, under its name.
    std::vector<IntrusivePtr<FunctionThing>>& overloads = session_.overloads[function->qualified_name];
    if (function->is_overload) {
        overloads.push_back(function);
    } else {
        function->overloads = std::exchange(overloads, {});
    }
    assign_name(def.name, std::move(value));
}

void Evaluator::define(const ClassDef& def) {
    std::vector<IValue> bases;
    for (const Expr* base : def.bases) bases.push_back(evaluate(*base));
    auto names = make_intrusive<Scope>(scope_, scope_->qualifier() + "." + def.name);
    session_.keep(names);
    auto type = make_intrusive<ClassThing>(session_, ast_, &def, std::move(bases), names, scope_->qualifier());
    {
        Session::Frame frame(session_, def.name);
        Evaluator body(session_, names, ast_, frame);
        body.defined = type.get();
        body.execute(def.body);
    }
    type->finish(session_);
    IValue value = type->value();
    for (size_t i = def.decorators.size(); i-- > 0;) {
        frame_.range = def.decorators[i]->range;
        value = session_.call(evaluate(*def.decorators[i]), {{value}, {}});
    }
    assign_name(def.name, std::move(value));
}

void Evaluator::assign_name(const std::string& name, IValue value) {
    if (defined && thing_as<AutoThing>(value)) value = defined->next_value(name);
    Scope* scope = scope_.get();
    if (const auto other = scope->elsewhere.find(name); other != scope->elsewhere.end()) scope = other->second.get();
    if (scope->captured.contains(name)) {
        const IValue* before = scope->find(name);
        if (!before || !before->equals(value)) session_.constant_changed();
    }
    scope->set(name, std::move(value));
}

void Evaluator::assign(const Expr& target, const IValue& value) {
    switch (target.kind) {
        case ExprKind::Name:
            return assign_name(static_cast<const Name&>(target).id, value);
        case ExprKind::Tuple:
            return unpack(static_cast<const Tuple&>(target).elements, value);
        case ExprKind::List:
            return unpack(static_cast<const List&>(target).elements, value);
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(target);
            return session_.set_attribute(evaluate(*attribute.value), attribute.name, value);
        }
        case ExprKind::Subscript:
            return assign_subscript(static_cast<const Subscript&>(target), value);
        default:
            throw CompileError(target.range, "cannot assign to this");
    }
}

void Evaluator::unpack(const Exprs& targets, const IValue& value) {
    const std::vector<IValue> values = session_.elements(value);
    size_t starred = targets.size();
    for (size_t i = 0; i < targets.size(); ++i) {
        if (targets[i]->kind == ExprKind::Starred) starred = i;
    }
    const bool has_star = starred < targets.size();
    const size_t needed = targets.size() - has_star;
    if (values.size() < needed)
        jit::raise("ValueError", fmt::format("not enough values to unpack (expected {}{}, got {})",
                                             has_star ? "at least " : "", needed, values.size()));
    if (values.size() > needed && !has_star)
        jit::raise("ValueError", fmt::format("too many values to unpack (expected {})", needed));
    size_t next = 0;
    for (size_t i = 0; i < targets.size(); ++i) {
        if (i != starred) {
            assign(*targets[i], values[next++]);
            continue;
        }
        const size_t count = values.size() - needed;
        std::vector<IValue> rest(values.begin() + next, values.begin() + next + count);
        next += count;
        assign(*static_cast<const Starred&>(*targets[i]).value, IValue(make_list(any_type(), std::move(rest))));
    }
}

void Evaluator::augmented_assign(const AugmentedAssign& statement) {
    const auto update = [&](const IValue& before, const IValue& operand) -> IValue {
        // Lists and tensors change in place, and everybody who holds them sees it.
        if (before.is_list() && statement.op == TokenKind::Plus)
            return session_.call(session_.attribute(before, "extend"), {{operand}, {}}), before;
        IValue method;
        if (thing_of(before) && statement.op == TokenKind::Plus && session_.find_attribute(before, "__iadd__", method))
            return session_.call(method, {{operand}, {}});
        if (before.is_tensor()) {
            static const std::unordered_map<TokenKind, const char*> names = {{TokenKind::Plus, "add_"},
                                                                             {TokenKind::Minus, "sub_"},
                                                                             {TokenKind::Star, "mul_"},
                                                                             {TokenKind::Slash, "div_"}};
            if (const auto in_place = names.find(statement.op); in_place != names.end())
                return session_.eager().call(fmt::format("self.{}", in_place->second), &before, {operand}, {});
        }
        return binary(statement.op, before, operand);
    };
    // The target's parts are evaluated once.
    switch (statement.target->kind) {
        case ExprKind::Name: {
            const IValue before = name(static_cast<const Name&>(*statement.target));
            return assign(*statement.target, update(before, evaluate(*statement.value)));
        }
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(*statement.target);
            const IValue object = evaluate(*attribute.value);
            const IValue before = session_.attribute(object, attribute.name);
            return session_.set_attribute(object, attribute.name, update(before, evaluate(*statement.value)));
        }
        case ExprKind::Subscript: {
            const IValue before = subscript(static_cast<const Subscript&>(*statement.target));
            return assign(*statement.target, update(before, evaluate(*statement.value)));
        }
        default:
            throw CompileError(statement.target->range, "cannot assign to this");
    }
}

void Evaluator::remove(const Expr& target) {
    if (const auto* name = as<Name>(&target)) {
        if (!scope_->erase(name->id)) jit::raise("NameError", fmt::format("name '{}' is not defined", name->id));
        return;
    }
    if (const auto* subscript = as<Subscript>(&target); subscript && subscript->indices.size() == 1) {
        const IValue container = evaluate(*subscript->value);
        const IValue key = evaluate(*subscript->indices[0]);
        if (container.is_dict()) {
            if (!container.to_dict().erase(key)) jit::raise("KeyError", session_.repr(key));
            return;
        }
        if (container.is_list()) {
            auto& items = container.to_list().items;
            items.erase(items.begin() + index(key, items.size(), "list assignment index out of range"));
            return;
        }
        session_.call(session_.attribute(container, "__delitem__"), {{key}, {}});
        return;
    }
    if (const auto* attribute = as<Attribute>(&target)) {
        session_.call(session_.attribute(evaluate(*attribute->value), "__delattr__"), {{IValue(attribute->name)}, {}});
        return;
    }
    throw CompileError(target.range, "cannot delete this");
}

}  // namespace wick::jit
