#include <fmt/format.h>
#include <unordered_map>

#include "frontend/class_values.h"
#include "frontend/emitter_impl.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

using namespace ast;  // the node types, named as in the syntax

void Emitter::emit_statements(const ast::Block& statements) {
    for (const Stmt* statement : statements) {
        emit_statement(*statement);
        // What follows a return or raise in the same block never runs and is not compiled.
        if (has_exited()) return;
    }
}

void Emitter::emit_statement(const Stmt& statement) {
    switch (statement.kind) {
        case StmtKind::Assign:
            return emit_assign(static_cast<const Assign&>(statement));
        case StmtKind::AugmentedAssign:
            return emit_augmented_assign(static_cast<const AugmentedAssign&>(statement));
        case StmtKind::Expression:
            emit_sugared(*static_cast<const Expression&>(statement).value);
            return;
        case StmtKind::If:
            return emit_if(static_cast<const If&>(statement));
        case StmtKind::While:
            return emit_while(static_cast<const While&>(statement));
        case StmtKind::For:
            return emit_for(static_cast<const For&>(statement));
        case StmtKind::With:
            return emit_with(static_cast<const With&>(statement));
        case StmtKind::Try:
            throw CompileError(static_cast<const Try&>(statement).keyword_range, "try blocks aren't supported");
        case StmtKind::Assert:
            return emit_assert(static_cast<const Assert&>(statement));
        case StmtKind::Raise:
            return emit_raise(static_cast<const Raise&>(statement));
        case StmtKind::Delete:
            return emit_delete(static_cast<const Delete&>(statement));
        case StmtKind::Pass:
            return;
        case StmtKind::Break:
        case StmtKind::Continue:
            return emit_break_or_continue(statement);
        case StmtKind::Return:
            return emit_return(static_cast<const Return&>(statement));
        case StmtKind::FunctionDef:
            if (resolver_.is_source()) throw CompileError(statement.range, "function definitions aren't supported");
            return emit_nested_function(static_cast<const FunctionDef&>(statement));
        case StmtKind::Global: {
            const bool is_nonlocal = static_cast<const Global&>(statement).is_nonlocal;
            throw CompileError(statement.range,
                               fmt::format("{} variables aren't supported", is_nonlocal ? "nonlocal" : "global"));
        }
        case StmtKind::Import:
            throw CompileError(statement.range, "import statements aren't supported");
        case StmtKind::ClassDef:
            throw CompileError(statement.range, "class definitions aren't supported");
        case StmtKind::PythonStatement:
            throw CompileError(statement.range, static_cast<const PythonStatement&>(statement).sentence);
    }
}

void Emitter::emit_return(const Return& statement) {
    Value* value = statement.value ? emit(*statement.value, functions_.back().declared_return)
                                   : graph_.insert_constant(IValue(), {}, statement.range);
    emit_return_value(statement.range, value);
}

void Emitter::emit_return_value(const SourceRange& range, Value* value) {
    FunctionState& function = functions_.back();
    TypePtr result = function.declared_return;
    if (result) {
        // None stays None: as a Tensor it would hide a forgotten return.
        if (!(result->is(TypeKind::Tensor) && value->type->is(TypeKind::None)))
            value = try_convert_to_type(range, graph_, result, value, true);
        if (!value->type->is_subtype_of(result)) {
            throw CompileError(range,
                               fmt::format("Return value was annotated as having type {} but is actually of type {}",
                                           described(result), described(value->type)));
        }
    } else {
        const TypePtr before = function.merged_return ? function.merged_return : value->type;
        result = unify_types(before, value->type);
        if (!result) {
            throw CompileError(
                range,
                fmt::format(
                    "Previous return statement returned a value of type {} but this return statement returns a value "
                    "of type {}",
                    described(before), described(value->type)));
        }
    }
    if (provisional_ && !function.declared_return &&
        !(function.merged_return && function.merged_return->equals(*result)))
        publish(*provisional_, result);
    function.merged_return = result;
    if (result->is(TypeKind::Any)) value = emit_cast(range, value, result);
    insert(sym::prim_ReturnStmt, {value}, 0, range);
    mark_exited();
}

void Emitter::emit_assign(const Assign& statement) {
    if (!statement.value) {
        // `x: int` alone declares nothing in TorchScript.
        throw CompileError(statement.range, "annotated assignments without assigned value aren't supported");
    }
    TypePtr annotation;
    if (statement.annotation) annotation = type_from(*statement.annotation);
    if (statement.targets.size() == 1) {
        const Expr& target = *statement.targets[0];
        if (as<Name>(&target)) {
            return emit_assign_to(target, emit_sugared(*statement.value, annotation), statement.range, annotation);
        }
        if (const auto* attribute = as<Attribute>(&target)) {
            // The object comes before the value, as in PyTorch.
            const SugaredPtr object = emit_sugared(*attribute->value);
            Value* value = emit(*statement.value, annotation);
            if (annotation) value = try_convert_to_type(statement.range, graph_, annotation, value, true);
            declare_attribute(statement.range, *object, attribute->name, annotation ? annotation : value->type);
            return object->set_attr(statement.range, graph_, attribute->name, value);
        }
        const SourceRange& range = as<Tuple>(&target) ? statement.value->range : statement.range;
        return emit_assign_to(target, emit_sugared(*statement.value, annotation), range, annotation);
    }
    // a = b = value: the value is computed once and assigned from left to right. As in PyTorch it goes through a
    // variable of the emitter's, so that none of the targets gives it a name.
    const Temporary assigned(env_, statement.range, sugar(emit(*statement.value)));
    for (const Expr* target : statement.targets) emit_assign_to(*target, assigned.load(), statement.range);
}

void Emitter::declare_attribute(const SourceRange& range, const SugaredValue& object, const std::string& name,
                                const TypePtr& type) {
    if (!initialized_ || !object.simple() || object.simple()->type.get() != initialized_) return;
    if (initialized_->find_attribute(name) >= 0 || initialized_->find_property(name)) return;
    if (env_.block() != graph_.block())
        throw CompileError(
            range, "First assignment cannot be in a control-flow block. Initialize the field at the top level first");
    initialized_->add_attribute(name, type);
}

void Emitter::emit_assign_to(const Expr& target, const SugaredPtr& value, const SourceRange& range,
                             const TypePtr& annotation) {
    switch (target.kind) {
        case ExprKind::Name:
            return env_.set(target.range, static_cast<const Name&>(target).id, value, annotation);
        case ExprKind::Tuple:
            return emit_unpack_to(static_cast<const Tuple&>(target).elements, value, range);
        case ExprKind::List:
            return emit_unpack_to(static_cast<const List&>(target).elements, value, range);
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(target);
            const SugaredPtr object = emit_sugared(*attribute.value);
            Value* assigned = value->as_value(range, graph_);
            declare_attribute(range, *object, attribute.name, assigned->type);
            return object->set_attr(range, graph_, attribute.name, assigned);
        }
        case ExprKind::Subscript:
            return emit_subscript_assign(static_cast<const Subscript&>(target), value->as_value(range, graph_), range);
        default:
            throw CompileError(target.range, "unexpected expression on left-hand side of assignment");
    }
}

void Emitter::emit_unpack_to(const Exprs& targets, const SugaredPtr& value, const SourceRange& range) {
    size_t starred = targets.size();
    for (size_t i = 0; i < targets.size(); ++i) {
        if (!as<Starred>(targets[i])) continue;
        if (starred < targets.size()) throw CompileError(range, "Only one starred expression is allowed on the lhs");
        starred = i;
    }
    const bool has_star = starred < targets.size();
    const std::vector<SugaredPtr> members =
        value->as_tuple(range, graph_, has_star ? std::nullopt : std::optional(targets.size()));
    if (!has_star && members.size() != targets.size()) {
        if (members.size() < targets.size())
            throw CompileError(
                range, fmt::format("need {} values to unpack but found only {}", targets.size(), members.size()));
        throw CompileError(
            range, fmt::format("too many values to unpack: need {} but found {}", targets.size(), members.size()));
    }
    if (has_star && members.size() + 1 < targets.size())
        throw CompileError(range, fmt::format("need at least {} values to unpack but found only {}", targets.size() - 1,
                                              members.size()));
    size_t next = 0;
    for (size_t i = 0; i < targets.size(); ++i) {
        if (i != starred) {
            emit_assign_to(*targets[i], members[next++], range);
            continue;
        }
        const size_t count = members.size() - (targets.size() - 1);
        std::vector<SugaredPtr> rest(members.begin() + next, members.begin() + next + count);
        next += count;
        emit_assign_to(*static_cast<const Starred&>(*targets[i]).value,
                       sugar(SugaredTuple(std::move(rest)).as_value(range, graph_)), range);
    }
}

/// What `x op= y` calls for a tensor x, and where its name ends in `_` for a list: PyTorch does not change x in place
/// by all of them.
static std::string augmented_operator(TokenKind op) {
    switch (op) {
        case TokenKind::Plus:
            return "aten::add_";
        case TokenKind::Minus:
            return "aten::sub_";
        case TokenKind::Star:
            return "aten::mul_";
        case TokenKind::Slash:
            return "aten::div_";
        case TokenKind::DoubleSlash:
            return "aten::floor_divide_";
        case TokenKind::Percent:
            return "aten::remainder_";
        case TokenKind::DoubleStar:
            return "aten::pow";
        case TokenKind::Pipe:
            return "aten::bitwise_or";
        case TokenKind::Ampersand:
            return "aten::bitwise_and";
        case TokenKind::Caret:
            return "aten::bitwise_xor";
        case TokenKind::ShiftLeft:
            return "aten::__ilshift__";
        case TokenKind::ShiftRight:
            return "aten::__irshift__";
        default:
            return "";
    }
}

/// `x += y` of an object: its __iadd__, else its __add__.
Value* Emitter::emit_augmented_object(const AugmentedAssign& statement, Value* object, Value* operand) {
    static const std::unordered_map<TokenKind, std::pair<const char*, const char*>> names = {
        {TokenKind::Plus, {"__iadd__", "__add__"}},    {TokenKind::Minus, {"__isub__", "__sub__"}},
        {TokenKind::Star, {"__imul__", "__mul__"}},    {TokenKind::Slash, {"__itruediv__", "__truediv__"}},
        {TokenKind::Percent, {"__imod__", "__mod__"}},
    };
    const auto methods = names.find(statement.op);
    const auto& type = object->type->expect<ClassType>();
    if (methods == names.end()) return emit_operator_call(statement.range, statement.op, object, operand);
    for (const char* name : {methods->second.first, methods->second.second}) {
        if (!type.find_method(name)) continue;
        return sugar(object)
            ->attr(statement.range, graph_, name)
            ->call(statement.range, graph_, {NamedValue(statement.value->range, operand)}, {})
            ->as_value(statement.range, graph_);
    }
    throw CompileError(statement.range,
                       fmt::format("Cannot emit inplace op on {} since it does not define an {} or {} method",
                                   described(type), methods->second.first, methods->second.second));
}

void Emitter::emit_augmented_assign(const AugmentedAssign& statement) {
    const SourceRange& range = statement.range;
    // The target is evaluated once: its object and indices first, then the value, then the assignment.
    const std::string name = augmented_operator(statement.op);
    const auto is_in_place = [&](const Type& type) {
        return name.ends_with('_') &&
               (type.is(TypeKind::Tensor) ||
                (type.is(TypeKind::List) && (statement.op == TokenKind::Plus || statement.op == TokenKind::Star)));
    };
    const auto hint = [&](const TypePtr& type) {
        return type->is(TypeKind::List) && is_in_place(*type) ? type : nullptr;
    };
    const auto combine = [&](Value* before, Value* operand) {
        if (before->type->is(TypeKind::Class)) return emit_augmented_object(statement, before, operand);
        const bool is_named = !name.empty() && (before->type->is(TypeKind::Tensor) || is_in_place(*before->type));
        if (!is_named) return emit_operator_call(range, statement.op, before, operand);
        return emit_builtin_call(
            range, graph_, Symbol::from(name),
            {NamedValue(statement.target->range, before), NamedValue(statement.value->range, operand)});
    };
    const auto update = [&](Value* before) { return combine(before, emit(*statement.value, hint(before->type))); };
    switch (statement.target->kind) {
        case ExprKind::Name: {
            const auto& name = static_cast<const Name&>(*statement.target);
            return env_.set(range, name.id, update(env_.get_value(name.id, name.range)));
        }
        case ExprKind::Attribute: {
            const auto& attribute = static_cast<const Attribute&>(*statement.target);
            const SugaredPtr object = emit_sugared(*attribute.value);
            Value* before = object->attr(attribute.range, graph_, attribute.name)->as_value(attribute.range, graph_);
            return object->set_attr(range, graph_, attribute.name, update(before));
        }
        case ExprKind::Subscript: {
            const auto& subscript = static_cast<const Subscript&>(*statement.target);
            Value* container = emit(*subscript.value);
            if (container->type->is(TypeKind::Tensor)) {
                std::vector<Value*> index_tensors;
                Value* view = emit_tensor_index(range, container, subscript.indices, &index_tensors);
                if (index_tensors.empty()) {
                    Value* after = update(view);
                    if (!is_in_place(*view->type)) emit_op(range, graph_, "aten::copy_", {view, after});
                    return;
                }
                Value* indices = nullptr;
                Value* before = nullptr;
                Value* operand = emit_after(*statement.value, nullptr, [&] {
                    indices = emit_index_list(range, index_tensors);
                    before = emit_op(range, graph_, "aten::index", {view, indices});
                });
                emit_op(range, graph_, "aten::index_put_", {view, indices, combine(before, operand)});
                return;
            }
            if (subscript.indices.size() != 1 || as<Slice>(subscript.indices[0]))
                throw CompileError(range, "augmented assignment to a slice of this type is not supported");
            Value* index = emit(*subscript.indices[0]);
            Value* before = nullptr;
            const auto read = [&] {
                before = sugar(container)->element(range, graph_, index)->as_value(range, graph_);
            };
            const bool is_object = container->type->is(TypeKind::Class) || container->type->contained().empty();
            Value* after = nullptr;
            if (is_object) {
                read();
                after = update(before);
            } else {
                Value* operand = emit_after(*statement.value, hint(container->type->contained().back()), read);
                after = combine(before, operand);
            }
            if (is_in_place(*before->type)) return;
            if (container->type->is(TypeKind::Class)) {
                sugar(container)
                    ->attr(range, graph_, "__setitem__")
                    ->call(range, graph_, {NamedValue(range, index), NamedValue(range, after)}, {});
            } else {
                emit_op(range, graph_, "aten::_set_item", {container, index, after});
            }
            return;
        }
        default:
            throw CompileError(statement.target->range,
                               "unexpected expression on left-hand side of augmented assignment");
    }
}

void Emitter::emit_delete(const Delete& statement) {
    for (const Expr* target : statement.targets) {
        if (const auto* subscript = as<Subscript>(target)) {
            Value* container = emit(*subscript->value);
            if (subscript->indices.size() != 1 || as<Slice>(subscript->indices[0]))
                throw CompileError(statement.range,
                                   "del statements only support deletion at a single index, slicing is not supported "
                                   "(see https://github.com/pytorch/pytorch/issues/31430)");
            Value* index = emit(*subscript->indices[0]);
            if (container->type->is(TypeKind::List) || container->type->is(TypeKind::Dict)) {
                // Without a result, of which only PyTorch's numbers tell.
                Node* node = insert(Symbol::from("aten::Delete"), {container, index}, 0, target->range);
                node->op = match_operator(*node);
                if (!node->op) emit_op(target->range, graph_, "aten::Delete", {container, index});  // says why
            } else if (container->type->is(TypeKind::Class)) {
                sugar(container)
                    ->attr(target->range, graph_, "__delitem__")
                    ->call(target->range, graph_, {NamedValue(target->range, index)}, {});
            } else {
                throw CompileError(statement.range,
                                   fmt::format("__delitem__ is not defined for {}", described(container->type)));
            }
        } else if (const auto* name = as<Name>(target)) {
            env_.remove(target->range, name->id);
        } else {
            throw CompileError(target->range,
                               "del statements are only supported for deleting list and dict items and variables");
        }
    }
}

void Emitter::emit_raise(const Raise& statement) {
    if (!statement.exception) throw CompileError(statement.range, "raise without an exception is not supported");
    const SugaredPtr value = emit_sugared(*statement.exception);
    auto exception = std::dynamic_pointer_cast<ExceptionValue>(value);
    Value* message = nullptr;
    Value* class_name = nullptr;
    if (exception) {
        // A class that is not called leaves no name either.
        message = exception->message ? exception->message : graph_.insert_constant("");
        if (exception->message && !exception->class_name.empty())
            class_name = graph_.insert_constant(IValue(exception->class_name), {}, statement.exception->range);
    } else {
        throw CompileError(statement.range, "exceptions must derive from BaseException");
    }
    if (!message->type->is(TypeKind::String)) message = emit_op(statement.range, graph_, "aten::str", {message});
    if (!class_name) class_name = graph_.insert_constant(IValue());
    emit_exception(statement.range, message, class_name);
}

void Emitter::emit_exception(const SourceRange& range, Value* message, Value* class_name) {
    insert(sym::prim_RaiseException, {message, class_name}, 0, range);
    // PyTorch has a result here, by which later values are numbered.
    graph_.insert_constant(IValue());
    mark_exited();
}

void Emitter::emit_assert(const Assert& statement) {
    const Condition condition = emit_condition(*statement.condition);
    emit_if_else(
        statement.range, condition, [] {},
        [&] {
            Value* message = statement.message ? emit(*statement.message) : graph_.insert_constant("");
            if (!message->type->is(TypeKind::String))
                message = emit_op(statement.range, graph_, "aten::str", {message});
            message = emit_op(statement.range, graph_, "aten::add",
                              {graph_.insert_constant("AssertionError: ", {}, statement.range), message});
            emit_exception(statement.range, message, graph_.insert_constant(IValue()));
        });
}

void Emitter::emit_with(const With& statement) {
    std::vector<Node*> entered;
    for (const With::Item& item : statement.items) {
        Value* manager = emit(*item.value);
        const auto* type = manager->type->cast<ClassType>();
        if (!type) throw CompileError(item.value->range, "With item expression must return an object");
        Function* enter = type->find_method("__enter__");
        Function* exit = type->find_method("__exit__");
        if (!enter || !exit)
            throw CompileError(
                item.value->range,
                "Object returned by with item expression does not define __enter__ and __exit__ methods");
        const Schema& enter_schema = schema_for_call(*enter, item.value->range);
        if (enter_schema.arguments.size() != 1)
            throw CompileError(item.value->range, "__enter__ must have only one argument and one return value");
        const Schema& exit_schema = schema_for_call(*exit, item.value->range);
        if (exit_schema.arguments.size() != 4)
            throw CompileError(item.value->range, "__exit__ must have four arguments");
        for (size_t i = 1; i < exit_schema.arguments.size(); ++i) {
            if (exit_schema.arguments[i].type->is(TypeKind::Any)) continue;
            throw CompileError(item.value->range,
                               fmt::format("argument {} of __exit__ must have Any type; TorchScript does not currently "
                                           "support passing exception type, value, or traceback to the __exit__ "
                                           "function.",
                                           i));
        }
        Node* node = insert(sym::prim_Enter, {manager}, 1, item.value->range);
        node->output()->set_type(enter_schema.returns[0].type);
        if (item.target) emit_assign_to(*item.target, sugar(node->output()), item.target->range);
        entered.push_back(node);
    }
    emit_statements(statement.body);
    // Early exits of the body find their way here through transform_exits.
    for (auto node = entered.rbegin(); node != entered.rend(); ++node)
        insert(sym::prim_Exit, {(*node)->input(0)}, 1, (*node)->range);
}

}  // namespace wick::jit
