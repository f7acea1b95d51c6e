#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "frontend/emitter_impl.h"
#include "frontend/operator_values.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

using namespace ast;

// Refinements ---------------------------------------------------------------------------------------------------------

static std::vector<Refinement> unite(const std::vector<Refinement>& a, const std::vector<Refinement>& b) {
    std::vector<Refinement> out = a;
    for (const Refinement& refinement : b) {
        std::erase_if(out, [&](const Refinement& known) { return known.name == refinement.name; });
        out.push_back(refinement);
    }
    return out;
}

static std::vector<Refinement> intersect(const std::vector<Refinement>& a, const std::vector<Refinement>& b) {
    std::vector<Refinement> out;
    for (const Refinement& one : a) {
        for (const Refinement& other : b) {
            if (one.name != other.name) continue;
            if (TypePtr both = unify_types(one.type, other.type)) out.push_back({one.name, both});
        }
    }
    return out;
}

Refinements Refinements::both(const Refinements& other) const {
    return {unite(when_true, other.when_true), intersect(when_false, other.when_false)};
}

Refinements Refinements::either(const Refinements& other) const {
    return {intersect(when_true, other.when_true), unite(when_false, other.when_false)};
}

void Emitter::insert_refinements(const SourceRange& range, const std::vector<Refinement>& refinements) {
    for (const Refinement& refinement : refinements) {
        Value* value = env_.get_value(refinement.name, range);
        // Also to the type that it has already.
        Value* cast = insert(sym::prim_unchecked_cast, {value}, 1, range)->output()->set_type(refinement.type);
        env_.set(range, refinement.name, cast);
    }
}

// Branches
// --------------------------------------------------------------------------------------------------------------

void Emitter::emit_if(const If& statement) {
    const Condition condition = emit_condition(*statement.condition);
    emit_if_else(
        statement.range, condition, [&] { emit_statements(statement.then); },
        [&] { emit_statements(statement.otherwise); });
}

void Emitter::emit_if_else(const SourceRange& range, const Condition& condition, const std::function<void()>& then,
                           const std::function<void()>& otherwise) {
    if (condition.known) {
        insert_refinements(range,
                           *condition.known ? condition.refinements.when_true : condition.refinements.when_false);
        return *condition.known ? then() : otherwise();
    }
    Node* node = insert(sym::prim_If, {condition.value}, 0, range);
    jit::Block* blocks[2] = {node->add_block(), node->add_block()};
    Environment::FramePtr frames[2];
    for (int side = 0; side < 2; ++side) {
        InsertPoint at(graph_, blocks[side]);
        env_.push(blocks[side]);
        insert_refinements(range, side == 0 ? condition.refinements.when_true : condition.refinements.when_false);
        side == 0 ? then() : otherwise();
        frames[side] = env_.pop();
    }
    const bool exits[2] = {exited_.count(blocks[0]) != 0, exited_.count(blocks[1]) != 0};
    if (exits[0] && exits[1]) mark_exited();

    // A variable leaves the branches when both know it; when one branch never reaches its end, the other decides.
    static constexpr const char* kNames[2] = {"true", "false"};
    std::set<std::string> joined;
    for (int side = 0; side < 2; ++side) {
        for (const std::string& name : Environment::defined_in(*frames[side])) {
            InsertPoint at(graph_, blocks[1 - side]);
            const bool known = env_.find_from(frames[1 - side], name, range) != nullptr;
            if (known || exits[1 - side]) {
                joined.insert(name);
            } else {
                env_.set_error(name, CompileError(range, fmt::format("{} is not defined in the {} branch", name,
                                                                     kNames[1 - side])));
            }
        }
    }
    if (has_exited()) return;
    for (const std::string& name : joined) {
        Value* values[2] = {nullptr, nullptr};
        for (int side = 0; side < 2; ++side) {
            if (exits[side]) continue;
            InsertPoint at(graph_, blocks[side]);
            if (SugaredPtr found = env_.find_from(frames[side], name, range)) values[side] = found->simple();
        }
        for (int side = 0; side < 2; ++side) {
            if (!exits[side] || !values[1 - side]) continue;
            InsertPoint at(graph_, blocks[side]);
            Node* unset = insert(sym::prim_Uninitialized, {}, 1, range);
            unset->set_attr(sym::attr_name, IValue(name));
            values[side] = unset->output()->set_type(values[1 - side]->type);
            graph_.insert(create_store(graph_, name, values[side]));
        }
        if (!values[0] || !values[1]) continue;
        const SugaredPtr outer = env_.find_variable(name, range);
        const TypePtr declared = outer && outer->simple() ? outer->simple()->type : nullptr;
        // Only what was declared to take several types may come out with either.
        const bool takes_several = declared && (declared->is(TypeKind::Union) || declared->is(TypeKind::Optional) ||
                                                declared->is(TypeKind::Number));
        if (const TypePtr unified = unify_types(values[0]->type, values[1]->type, takes_several)) {
            env_.set_type(name, unified);
            continue;
        }
        const std::string mismatch =
            fmt::format("Type mismatch: {} is set to type {} in the true branch and type {} in the false branch", name,
                        described(values[0]->type), described(values[1]->type));
        if (outer) throw CompileError(range, mismatch);
        env_.set_error(name, CompileError(range, mismatch));
    }
}

Value* Emitter::emit_choice(const SourceRange& range, const Condition& condition, const std::function<Value*()>& then,
                            const std::function<Value*()>& otherwise, const TypePtr& hint) {
    Node* node = insert(sym::prim_If, {condition.value}, 0, range);
    Value* values[2];
    for (int side = 0; side < 2; ++side) {
        jit::Block* block = node->add_block();
        InsertPoint at(graph_, block);
        env_.push(block);
        insert_refinements(range, side == 0 ? condition.refinements.when_true : condition.refinements.when_false);
        values[side] = side == 0 ? then() : otherwise();
        env_.pop();
        block->register_output(values[side]);
    }
    const bool fits_hint =
        hint && values[0]->type->is_subtype_of(hint) && values[1]->type->is_subtype_of(hint);  // a Union, say
    const TypePtr unified = unify_types(values[0]->type, values[1]->type, fits_hint);
    if (!unified)
        throw CompileError(range, fmt::format("if-expression's true branch has type {} but false branch has type {}",
                                              described(values[0]->type), described(values[1]->type)));
    return node->add_output(unified);
}

/// A function of more nodes is not made by loops that are unrolled inside each other.
constexpr size_t kMaxUnrolledNodes = 1 << 18;

// Loops
// -----------------------------------------------------------------------------------------------------------------

void Emitter::emit_while(const While& statement) {
    if (!statement.otherwise.empty())
        throw CompileError(statement.range, "else branches of while loops aren't supported");
    emit_loop(statement.range, nullptr, statement.condition,
              [&](const SugaredPtr&) { emit_statements(statement.body); });
}

void Emitter::emit_for(const For& statement) {
    if (!statement.otherwise.empty())
        throw CompileError(statement.range, "else branches of for loops aren't supported");
    emit_iteration(statement.range, *statement.target, *statement.iterable, [&] { emit_statements(statement.body); });
}

void Emitter::emit_iteration(const SourceRange& range, const Expr& target, const Expr& iterable,
                             const std::function<void()>& body) {
    const SugaredPtr iterator = emit_sugared(iterable)->iterator(range, graph_);
    emit_over(range, iterator, [&](const SugaredPtr& element) {
        emit_assign_to(target, element, target.range);
        body();
    });
}

void Emitter::emit_over(const SourceRange& range, const SugaredPtr& iterator,
                        const std::function<void(const SugaredPtr&)>& step) {
    const std::optional<size_t> count = iterator->static_length(range);
    if (!count) return emit_loop(range, iterator, nullptr, step);
    const Loop saved = std::exchange(loop_, Loop::unrolled);
    for (size_t i = 0; i < *count; ++i) {
        if (graph_.node_count() > kMaxUnrolledNodes)
            throw CompileError(range, "loops over tuples or modules, which are unrolled, nest too often here");
        step(iterator->element(range, graph_, literal(IValue(static_cast<int64_t>(i)), range)));
    }
    loop_ = saved;
}

void Emitter::emit_loop(const SourceRange& range, const SugaredPtr& iterator, const Expr* condition,
                        const std::function<void(const SugaredPtr&)>& body) {
    const Loop saved = std::exchange(loop_, Loop::loop);
    Value* trips = iterator ? iterator->length(range, graph_) : literal(IValue(INT64_MAX), range);
    Node* node = insert(sym::prim_Loop, {}, 0, range);
    jit::Block* body_block = node->add_block();
    // The second block computes the condition; convert_to_ssa copies it before the loop and to the body's end.
    jit::Block* condition_block = node->add_block();
    env_.push(condition_block);
    if (condition) {
        InsertPoint at(graph_, condition_block);
        condition_block->register_output(emit_truth(condition->range, emit(*condition)));
    } else {
        InsertPoint at(graph_, node);
        condition_block->register_output(graph_.insert_constant(true, {}, range));
    }
    env_.pop();
    node->add_input(trips);
    Value* trip = body_block->add_input("", int_type());
    {
        InsertPoint at(graph_, body_block);
        env_.push(body_block);
        // Also what goes side by side becomes a value, a tuple that is taken apart at once.
        body(iterator ? sugar(iterator->element(range, graph_, trip)->as_value(range, graph_)) : nullptr);
        env_.pop();
    }
    loop_ = saved;
}

void Emitter::emit_break_or_continue(const Stmt& statement) {
    const bool is_break = statement.kind == StmtKind::Break;
    const char* word = is_break ? "break" : "continue";
    if (loop_ == Loop::unrolled) {
        throw CompileError(statement.range,
                           "Because we emit iteration over modulelists or tuples as unrolled loops, we do not support "
                           "break or continue "
                           "inside the body of these loops");
    }
    if (loop_ == Loop::none) throw CompileError(statement.range, fmt::format("SyntaxError: '{}' outside loop", word));
    insert(is_break ? sym::prim_BreakStmt : sym::prim_ContinueStmt, {}, 0, statement.range);
}

// Conditions
// -------------------------------------------------------------------------------------------------------------

Condition Emitter::known_condition(const SourceRange& range, bool value, Refinements refinements) {
    return {graph_.insert_constant(value, {}, range), std::move(refinements), value};
}

Value* Emitter::emit_truth(const SourceRange& range, Value* value) {
    CastFunction to_bool(bool_type(), Symbol::from("aten::Bool"), "__bool__");
    Value* truth = nullptr;
    try {
        truth = to_bool.call(range, graph_, {NamedValue(range, value)}, {})->as_value(range, graph_);
    } catch (const CompileError&) {
        throw CompileError(range, fmt::format("Could not cast value of type {} to bool", described(value->type)));
    }
    if (!truth->type->is(TypeKind::Bool)) {
        throw CompileError(
            range, fmt::format("expected a bool expression for condition but found {}", described(truth->type)));
    }
    return truth;
}

Condition Emitter::emit_condition(const Expr& expr) {
    if (const auto* unary = as<Unary>(&expr); unary && unary->op == TokenKind::Not) {
        const Condition inner = emit_condition(*unary->operand);
        Value* value = emit_builtin_call(expr.range, graph_, sym::aten_not, {NamedValue(expr.range, inner.value)});
        Condition out{value, inner.refinements.inverted(), std::nullopt};
        if (inner.known) out.known = !*inner.known;
        return out;
    }
    if (const auto* logical = as<BoolOperation>(&expr)) return emit_logical(*logical);
    if (const auto* compare = as<Compare>(&expr); compare && compare->rest.size() == 1) {
        if (compare->rest[0].first == TokenKind::Is || compare->rest[0].first == TokenKind::IsNot)
            return emit_is(*compare);
        if (compare->rest[0].first == TokenKind::NotIn) {
            Value* left = emit(*compare->first);
            Value* right = emit(*compare->rest[0].second);
            return {emit_comparison(expr.range, TokenKind::NotIn, left, right), {}, std::nullopt};
        }
    }
    if (const auto* call = as<Call>(&expr)) {
        if (const auto* name = as<Name>(call->callee)) {
            if (name->id == "isinstance") return emit_isinstance(*call);
            if (name->id == "hasattr") return emit_hasattr(*call);
        }
        // PyTorch looks at the callee twice, and what it calls on the way it calls twice.
        const SugaredPtr callee = emit_sugared(*call->callee);
        if (const auto* form = dynamic_cast<const SpecialFormValue*>(callee.get())) {
            if (form->form == SpecialForm::isinstance) return emit_isinstance(*call);
        }
    }
    Value* value = emit_truth(expr.range, emit(expr));
    Condition out{value, {}, std::nullopt};
    if (value->node->op && value->node->op->name == "aten::is_scripting") out.known = true;
    // `if True`, `if self.flag` of a constant attribute.
    if (const IValue* constant = constant_value(value); constant && constant->is_bool())
        out.known = constant->to_bool();
    return out;
}

Condition Emitter::emit_logical(const BoolOperation& expr) {
    const bool is_or = expr.op == TokenKind::Or;
    const Condition left = emit_condition(*expr.left);
    if (left.known) {
        if (*left.known == is_or) return left;
        insert_refinements(expr.range, is_or ? left.refinements.when_false : left.refinements.when_true);
        return emit_condition(*expr.right);
    }
    std::optional<Condition> right;
    const auto evaluate = [&] {
        right = emit_condition(*expr.right);
        return right->value;
    };
    const auto decided = [&] { return graph_.insert_constant(is_or, {}, expr.range); };
    Value* value =
        is_or ? emit_choice(expr.range, left, decided, evaluate) : emit_choice(expr.range, left, evaluate, decided);
    Condition out{value,
                  is_or ? left.refinements.either(right->refinements) : left.refinements.both(right->refinements),
                  std::nullopt};
    if (right->known && *right->known == is_or) out.known = is_or;
    return out;
}

namespace {

enum class Noneness { always, maybe, never };

Noneness noneness(const Type& type) {
    if (type.is(TypeKind::None)) return Noneness::always;
    if (type.is(TypeKind::Optional) || type.is(TypeKind::Any) ||
        (type.is(TypeKind::Union) && none_type()->is_subtype_of(type)))
        return Noneness::maybe;
    return Noneness::never;
}

/// What `is None` leaves of an Optional or Union.
TypePtr without_none(const TypePtr& type) {
    if (type->is(TypeKind::Optional)) return type->contained(0);
    if (!type->is(TypeKind::Union)) return nullptr;
    std::vector<TypePtr> rest;
    for (const TypePtr& member : type->contained()) {
        if (!member->is(TypeKind::None)) rest.push_back(member);
    }
    return rest.empty() ? nullptr : union_type(std::move(rest));
}

}  // namespace

Condition Emitter::emit_is(const Compare& expr) {
    const bool is = expr.rest[0].first == TokenKind::Is;
    const Expr* sides[2] = {expr.first, expr.rest[0].second};
    Value* values[2] = {emit(*sides[0]), nullptr};
    values[1] = emit(*sides[1]);
    const Noneness left = noneness(*values[0]->type);
    const Noneness right = noneness(*values[1]->type);
    if (left == Noneness::always && right == Noneness::always) return known_condition(expr.range, is);
    if ((left == Noneness::always && right == Noneness::never) ||
        (left == Noneness::never && right == Noneness::always))
        return known_condition(expr.range, !is);
    Value* value = emit_comparison(expr.range, expr.rest[0].first, values[0], values[1]);
    Refinements refinements;
    for (int side = 0; side < 2; ++side) {
        const auto* name = as<Name>(sides[side]);
        if (!name || !values[1 - side]->type->is(TypeKind::None)) continue;
        const TypePtr present = without_none(values[side]->type);
        if (!present) continue;
        refinements.when_false.push_back({name->id, present});
    }
    return {value, is ? refinements : refinements.inverted(), std::nullopt};
}

/// The members of a Union, an Optional or a number; any other type alone.
static std::vector<TypePtr> members_of(const TypePtr& type) {
    if (type->is(TypeKind::Union)) return type->contained();
    if (type->is(TypeKind::Number)) return {float_type(), complex_type(), int_type()};
    if (type->is(TypeKind::Optional)) return {type->contained(0), none_type()};
    return {type};
}

std::optional<bool> Emitter::known_instance(const SugaredValue& object, const Expr& types) {
    if (object.simple()) return std::nullopt;
    const auto* tuple = as<Tuple>(&types);
    std::optional<bool> known;
    for (const Expr* type : tuple ? tuple->elements : Exprs{&types}) {
        if (type->kind != ExprKind::Name && type->kind != ExprKind::Attribute) return std::nullopt;
        const auto is = object.is_instance_of(*emit_sugared(*type));
        if (!is) return std::nullopt;
        known = known.value_or(false) || *is;
    }
    return known;
}

Condition Emitter::emit_isinstance(const Call& call) {
    expect_arguments(call, "isinstance", 2, 2);
    const SugaredPtr object = emit_sugared(*call.args[0]);
    if (const auto known = known_instance(*object, *call.args[1])) return known_condition(call.range, *known);
    Value* value = object->as_value(call.args[0]->range, graph_);
    std::vector<TypePtr> wanted;
    const std::function<void(const Expr&)> gather = [&](const Expr& expr) {
        if (const auto* tuple = as<Tuple>(&expr)) {
            for (const Expr* element : tuple->elements) gather(*element);
            return;
        }
        const std::string name = dotted_name(&expr);
        if (name == "list") {
            wanted.push_back(simple_type(TypeKind::AnyList));
        } else if (name == "tuple") {
            wanted.push_back(simple_type(TypeKind::AnyTuple));
        } else {
            wanted.push_back(type_from(expr));
        }
    };
    gather(*call.args[1]);

    // As in PyTorch: the members of both sides, in its order.
    wanted = members_of(union_type(std::move(wanted)));
    std::vector<TypePtr> pass;
    std::vector<TypePtr> fail;
    bool all_pass = true;
    for (const TypePtr& member : members_of(value->type)) {
        if (member->is(TypeKind::Any)) {
            pass = wanted;
            fail = {member};
            all_pass = wanted[0]->is(TypeKind::Any);
            break;
        }
        TypePtr found;
        for (const TypePtr& type : wanted) {
            if (member->is_subtype_of(type)) {
                found = member;
            } else if (type->is_subtype_of(member)) {
                found = found ? unify_types(found, type, true) : type;
            }
        }
        if (found) pass.push_back(found);
        if (found && found->equals(*member)) continue;
        fail.push_back(member);
        all_pass = false;
    }
    Refinements refinements;
    if (const auto* name = as<Name>(call.args[0])) {
        if (!pass.empty()) refinements.when_true.push_back({name->id, union_type(pass)});
        if (!fail.empty()) refinements.when_false.push_back({name->id, union_type(fail)});
    }
    if (all_pass) return known_condition(call.args[0]->range, true, refinements);
    if (pass.empty()) return known_condition(call.args[0]->range, false, refinements);
    Node* node = insert(sym::prim_isinstance, {value}, 1, {});
    node->set_attr(sym::attr_types, wanted);
    return {node->output()->set_type(bool_type()), std::move(refinements), std::nullopt};
}

Condition Emitter::emit_hasattr(const Call& call) {
    expect_arguments(call, "hasattr", 2, 2);
    const auto* name = as<Constant>(call.args[1]);
    if (!name || !name->value.is_string())
        throw CompileError(call.range, "hasattr's second argument must be a string literal");
    return known_condition(call.args[0]->range,
                           emit_sugared(*call.args[0])->has_attr(call.range, graph_, name->value.to_string()));
}

}  // namespace wick::jit
