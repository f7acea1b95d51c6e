#include <fmt/format.h>

#include "frontend/emitter_impl.h"
#include "frontend/function_values.h"
#include "frontend/iterator_values.h"
#include "ir/remote_call.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

using namespace ast;

NamedValues Emitter::emit_arguments(const Exprs& args, size_t from) {
    NamedValues values;
    for (size_t i = from; i < args.size(); ++i) {
        if (const auto* starred = as<Starred>(args[i])) {
            for (const SugaredPtr& member : emit_sugared(*starred->value)->as_tuple(starred->range, graph_))
                values.emplace_back(starred->range, member->as_value(starred->range, graph_));
        } else {
            values.emplace_back(args[i]->range, emit(*args[i]));
        }
    }
    return values;
}

NamedValues Emitter::emit_keywords(const std::vector<Keyword>& keywords) {
    NamedValues values;
    for (const Keyword& keyword : keywords) {
        if (keyword.name.empty()) throw CompileError(keyword.range, "keyword-arg expansion is not supported");
        values.emplace_back(keyword.range, keyword.name, emit(*keyword.value));
    }
    return values;
}

SugaredPtr Emitter::emit_call(const Call& call, const TypePtr& hint) {
    if (const auto* name = as<Name>(call.callee); name && name->id == "super") {
        const SugaredPtr of = call.args.empty() ? nullptr : emit_sugared(*call.args[0]);
        if (SugaredPtr super = resolver_.super_value(graph_, of.get())) return super;
    }
    const SugaredPtr callee = emit_sugared(*call.callee);
    if (const auto* form = dynamic_cast<const SpecialFormValue*>(callee.get()))
        return emit_special_form(call, *form, hint);
    if (callee->takes_things()) return callee->call_with(call.range, graph_, emit_things(call));
    const NamedValues args = emit_arguments(call.args);
    const NamedValues kwargs = emit_keywords(call.keywords);
    return callee->call(call.range, graph_, args, kwargs);
}

std::vector<SugaredArgument> Emitter::emit_things(const Call& call) {
    const auto thing = [&](const Expr& expr) {
        const auto* lambda = as<Lambda>(&expr);
        if (!lambda) return emit_sugared(expr);
        SugaredPtr value = resolver_.lambda_value(
            *lambda, [&](const std::string& name) { return env_.find_variable(name, lambda->range) != nullptr; });
        if (!value) throw CompileError(lambda->range, "Lambda aren't supported");
        return value;
    };
    std::vector<SugaredArgument> things;
    for (const Expr* arg : call.args) {
        if (const auto* starred = as<Starred>(arg)) {
            for (const SugaredPtr& member : emit_sugared(*starred->value)->as_tuple(starred->range, graph_))
                things.push_back({starred->range, "", member});
        } else {
            things.push_back({arg->range, "", thing(*arg)});
        }
    }
    for (const Keyword& keyword : call.keywords) {
        if (keyword.name.empty()) throw CompileError(keyword.range, "keyword-arg expansion is not supported");
        things.push_back({keyword.range, keyword.name, thing(*keyword.value)});
    }
    return things;
}

void expect_arguments(const Call& call, std::string_view name, size_t least, size_t most) {
    const size_t count = call.args.size();
    if (count < least || count > most) {
        // To forms that may go without their one argument, PyTorch speaks as if they needed it.
        const bool is_exact = least == most || least == 0;
        const std::string wanted = is_exact ? fmt::format("exactly {}", most)
                                            : fmt::format("to have number of arguments between {} and {}", least, most);
        const char* noun = is_exact ? " arguments" : "";
        throw CompileError(call.range, fmt::format("{} expected {}{} but found {}", name, wanted, noun, count));
    }
    if (!call.keywords.empty()) throw CompileError(call.range, fmt::format("{} takes no keyword arguments", name));
}

SugaredPtr Emitter::emit_special_form(const Call& call, const SpecialFormValue& form, const TypePtr& hint) {
    const SourceRange& range = call.range;
    switch (form.form) {
        case SpecialForm::annotate: {
            expect_arguments(call, "annotate", 2, 2);
            const TypePtr type = type_from(*call.args[0]);
            Value* value = try_convert_to_type(range, graph_, type, emit(*call.args[1], type), true);
            std::string why;
            if (!value->type->is_subtype_of(*type, &why)) {
                throw CompileError(range, fmt::format("expected an expression of type {} but found {}\n{}",
                                                      described(type), described(value->type), why));
            }
            // None annotated as an Optional keeps the Optional, so that a variable holding it may take other values.
            if (type->is(TypeKind::Optional) && value->type->is(TypeKind::None))
                return sugar(graph_.insert_constant(IValue(), type));
            return sugar(value);
        }
        case SpecialForm::unchecked_cast: {
            expect_arguments(call, "unchecked_cast", 2, 2);
            const TypePtr type = type_from(*call.args[0]);
            Value* value = emit(*call.args[1]);
            if (value->node->kind == sym::prim_unchecked_cast && value->type->equals(*type)) return sugar(value);
            // Archived code says the type of a remote call's result in this form.
            if (is_remote_call(value->node->kind)) return sugar(value->set_type(type));
            return sugar(insert(sym::prim_unchecked_cast, {value}, 1, range)->output()->set_type(type));
        }
        case SpecialForm::uninitialized: {
            expect_arguments(call, "uninitialized", 1, 1);
            return sugar(insert(sym::prim_Uninitialized, {}, 1, range)->output()->set_type(type_from(*call.args[0])));
        }
        case SpecialForm::create_object: {
            if (call.args.size() != 1) throw CompileError(range, "Only one argument to __new__ allowed");
            return sugar(insert(sym::prim_CreateObject, {}, 1, range)->output()->set_type(form.type));
        }
        case SpecialForm::getattr: {
            expect_arguments(call, "getattr", 2, 3);
            const auto* name = as<Constant>(call.args[1]);
            if (!name || !name->value.is_string())
                throw CompileError(range, "getattr's second argument must be a string literal");
            const SugaredPtr object = emit_sugared(*call.args[0]);
            if (call.args.size() == 3 && !object->has_attr(range, graph_, name->value.to_string()))
                return emit_sugared(*call.args[2]);
            return object->attr(range, graph_, name->value.to_string());
        }
        case SpecialForm::is_scripting:
            return sugar(emit_op(range, graph_, "aten::is_scripting", {}));
        case SpecialForm::hasattr:
        case SpecialForm::isinstance:
            return sugar(emit_condition(call).value);
        case SpecialForm::fork:
        case SpecialForm::awaitable:
            return emit_fork(call, form.form);
        case SpecialForm::rpc_sync:
        case SpecialForm::rpc_async:
        case SpecialForm::rpc_remote:
            return sugar(emit_remote_call(call, form));
        case SpecialForm::tuple: {
            expect_arguments(call, "tuple", 0, 1);
            if (call.args.empty()) return sugar(SugaredTuple({}).as_value(range, graph_));
            auto tuple = std::make_shared<SugaredTuple>(emit_sugared(*call.args[0])->as_tuple(range, graph_));
            return sugar(tuple->as_value(range, graph_));
        }
        case SpecialForm::list:
            return sugar(emit_list_form(call, hint));
        case SpecialForm::dict:
            return sugar(emit_dict_form(call, hint));
        case SpecialForm::range: {
            if (!call.keywords.empty()) throw CompileError(range, "range doesn't take keyword arguments");
            std::vector<Value*> args;
            for (const NamedValue& arg : emit_arguments(call.args)) args.push_back(arg.value(graph_));
            return std::make_shared<RangeValue>(range, graph_, std::move(args));
        }
        case SpecialForm::slice: {
            if (call.args.empty() || call.args.size() > 3)
                throw CompileError(range,
                                   fmt::format("slice accepts exactly 1, 2 or 3 arguments, got: {}", call.args.size()));
            Value* bounds[3] = {};
            for (size_t i = 0; i < call.args.size(); ++i) {
                Value* bound = emit(*call.args[i]);
                if (!bound->type->is(TypeKind::None)) bounds[call.args.size() == 1 ? 1 : i] = bound;
            }
            return std::make_shared<SliceValue>(SliceValue::Bounds{bounds[0], bounds[1], bounds[2]});
        }
        case SpecialForm::enumerate: {
            if (call.args.empty() || call.args.size() > 2 || call.keywords.size() + call.args.size() > 2)
                throw CompileError(range,
                                   fmt::format("enumerate expected at least 1 arguments, got {}", call.args.size()));
            const Expr* start = call.args.size() == 2   ? call.args[1]
                                : call.keywords.empty() ? nullptr
                                                        : call.keywords[0].value;
            // In PyTorch's order, by which values are numbered.
            std::vector<Value*> bounds;
            if (start) bounds.push_back(emit(*start));
            bounds.push_back(literal(IValue(INT64_MAX), range));
            const SugaredPtr iterator = emit_sugared(*call.args[0])->iterator(range, graph_);
            const auto counter = std::make_shared<RangeValue>(range, graph_, std::move(bounds));
            return std::make_shared<ZipValue>(std::vector<SugaredPtr>{counter, iterator}, counter);
        }
        case SpecialForm::zip: {
            if (call.args.empty()) throw CompileError(range, "zip expected at least 1 arguments, got 0");
            std::vector<SugaredPtr> iterators;
            for (const Expr* arg : call.args) iterators.push_back(emit_sugared(*arg)->iterator(range, graph_));
            auto zip = std::make_shared<ZipValue>(std::move(iterators));
            zip->static_length(range);  // whether they go together
            return zip;
        }
        case SpecialForm::tolist:
            expect_arguments(call, "tolist", 0, 0);
            if (!hint) throw CompileError(range, "Expected type hint for result of tolist()");
            // Once more: the look at the callee has emitted it already.
            return sugar(emit_tolist(range, emit(*as<Attribute>(call.callee)->value), hint));
        case SpecialForm::super:
            throw CompileError(range, "super() is only supported inside the methods of a class");
    }
    __builtin_unreachable();
}

Value* Emitter::emit_tolist(const SourceRange& range, Value* tensor, const TypePtr& type) {
    int64_t depth = 0;
    const Type* element = type.get();
    for (; element->is(TypeKind::List); ++depth) element = element->contained(0).get();
    // The operator names the element type by its place in this list.
    constexpr TypeKind kElements[] = {TypeKind::Int, TypeKind::Float, TypeKind::Bool, TypeKind::Complex};
    const auto* found = std::ranges::find(kElements, element->kind());
    if (found == std::end(kElements)) {
        throw CompileError(
            range, fmt::format("{} is not one of the supported element types for tolist: int, float, complex, bool",
                               described(*element)));
    }
    Value* dim = graph_.insert_constant(depth);
    Value* kind = graph_.insert_constant(int64_t{found - kElements});
    return insert(sym::prim_tolist, {tensor, dim, kind}, 1, range)->output()->set_type(type);
}

Value* Emitter::emit_list_form(const Call& call, const TypePtr& hint) {
    const SourceRange& range = call.range;
    expect_arguments(call, "list", 0, 1);
    if (call.args.empty()) {
        if (hint && !hint->is(TypeKind::List))
            throw CompileError(range,
                               fmt::format("Expected list type annotation for list(), found {}", described(hint)));
        return construct_list(range, hint ? hint->contained(0) : tensor_type(), {});
    }
    const SugaredPtr source = emit_sugared(*call.args[0]);
    Value* simple = source->simple();
    if (simple && (simple->type->is(TypeKind::List) || simple->type->is(TypeKind::String)))
        return emit_op(range, graph_, "aten::list", {simple});
    const Temporary iterated(env_, range, source);
    return emit_growing_list(range, hint, [&](const auto& add) {
        emit_over(range, iterated.load()->iterator(range, graph_), [&](const SugaredPtr& member) {
            const Temporary element(env_, range, member);
            add(element.load()->as_value(range, graph_));
        });
    });
}

Value* Emitter::emit_dict_form(const Call& call, const TypePtr& hint) {
    const SourceRange& range = call.range;
    if (call.args.size() > 1) expect_arguments(call, "dict", 1, 1);
    if (call.args.empty() && call.keywords.empty()) {
        const bool hinted = hint && hint->is(TypeKind::Dict);
        return insert(sym::prim_DictConstruct, {}, 1, range)
            ->output()
            ->set_type(hinted ? hint : dict_type(string_type(), tensor_type()));
    }
    // Keywords are pairs too: they and a display of pairs are one list.
    const auto* display = call.args.empty() ? nullptr : as<List>(call.args[0]);
    const bool is_one_list = call.args.empty() || (display && !call.keywords.empty());
    SugaredPtr source;
    // PyTorch emits the argument once to see whether it is a dict, and again where it is none.
    if (is_one_list) {
        if (display) emit_again(*display);
        std::vector<Value*> pairs;
        if (display) {
            for (const NamedValue& pair : emit_arguments(display->elements)) pairs.push_back(pair.value(graph_));
        }
        for (const Keyword& keyword : call.keywords) {
            Value* key = graph_.insert_constant(IValue(keyword.name), {}, range);
            pairs.push_back(SugaredTuple({sugar(key), sugar(emit(*keyword.value))}).as_value(range, graph_));
        }
        const TypePtr type = element_type(pairs, nullptr);
        source = sugar(construct_list(range, type, std::move(pairs)));
    } else {
        const Node* before = graph_.insert_point()->prev;
        source = emit_sugared(*call.args[0], hint);
        const bool is_dict = source->simple() && source->simple()->type->is(TypeKind::Dict);
        if (!is_dict && may_emit_again(*call.args[0]) && !has_effects_since(before))
            source = emit_sugared(*call.args[0], hint);
    }
    Value* dict = nullptr;
    if (Value* simple = source->simple(); simple && simple->type->is(TypeKind::Dict)) {
        dict = emit_op(range, graph_, "aten::dict", {simple});
    } else {
        const Temporary iterated(env_, range, source);
        dict = emit_growing_dict(range, hint, [&](const auto& add) {
            emit_over(range, iterated.load()->iterator(range, graph_), [&](const SugaredPtr& member) {
                const std::vector<SugaredPtr> pair = member->as_tuple(range, graph_, 2);
                if (pair.size() != 2)
                    throw CompileError(range, fmt::format("dict() takes pairs, not tuples of {}", pair.size()));
                const Temporary key(env_, range, pair[0]);
                const Temporary value(env_, range, pair[1]);
                Value* loaded = key.load()->as_value(range, graph_);
                add(loaded, value.load()->as_value(range, graph_));
            });
        });
    }
    for (size_t i = 0; i < call.keywords.size() && !is_one_list; ++i) {
        const Keyword& keyword = call.keywords[i];
        Value* key = graph_.insert_constant(IValue(keyword.name), {}, keyword.value->range);
        emit_op(keyword.value->range, graph_, "aten::_set_item", {dict, key, emit(*keyword.value)});
    }
    return dict;
}

SugaredPtr Emitter::emit_fork(const Call& call, SpecialForm form) {
    const SourceRange& range = call.range;
    const bool forks = form == SpecialForm::fork;
    if (call.args.empty())
        throw CompileError(range, fmt::format("Expected at least one argument to {}()", forks ? "fork" : "awaitable"));
    const SugaredPtr forked = emit_sugared(*call.args[0]);
    const NamedValues args = emit_arguments(call.args, 1);
    const NamedValues kwargs = emit_keywords(call.keywords);
    Node* fork = insert(Symbol::from(forks ? "prim::forkClosure" : "prim::awaitableClosure"), {}, 1, range);
    Value* closure = nullptr;
    if (dynamic_cast<const ClosureValue*>(forked.get())) {
        closure = forked->as_value(range, graph_);
    } else {
        InsertPoint before(graph_, fork);
        Node* node = insert(sym::prim_Closure, {}, 1, range);
        closure = node->output()->set_type(none_type());
        jit::Block* block = node->add_block();
        InsertPoint at(graph_, block);
        env_.push(block);
        block->register_output(forked->call(range, graph_, args, kwargs)->as_value(range, graph_));
        env_.pop();
    }
    fork->add_input(closure);
    const TypePtr result = closure->node->blocks[0]->outputs()[0]->type;
    return sugar(fork->output()->set_type(forks ? future_type(result) : await_type(result)));
}

Value* Emitter::emit_remote_call(const Call& call, const SpecialFormValue& form) {
    const SourceRange& range = call.range;
    const std::string name = form.kind();
    constexpr size_t kLeast = 2;
    constexpr size_t kMost = 5;
    if (call.args.size() < kLeast || call.args.size() > kMost) {
        std::string forms;
        for (const char* rest : {", args, kwargs, timeout", ", args, kwargs", ", args", ""})
            forms += fmt::format("{}(dst_worker_name, user_callable{})\n", name, rest);
        throw CompileError(
            range, fmt::format("Possible forms of call to {}(..) are\n{}Now the number of arguments is {}", name, forms,
                               call.args.size()));
    }
    if (!call.keywords.empty()) {
        throw CompileError(
            range, fmt::format("{}(dst_worker_name, user_callable, args, kwargs)does not support kwargs yet", name));
    }
    std::vector<Value*> inputs{emit(*call.args[0])};
    const SourceRange& callable_range = call.args[1]->range;
    const SugaredPtr callable = emit_sugared(*call.args[1]);
    Function* function = callable->callee(callable_range);
    if (!function) {
        const std::string kind = callable->kind() == "function" ? "function with overloads" : callable->kind();
        throw CompileError(callable_range, fmt::format("user_callable should be a FunctionValue, it's now a {}", kind));
    }
    const Schema& schema = schema_for_call(*function, range);
    NamedValues args;
    if (call.args.size() > 2) {
        const Expr& tuple = *call.args[2];
        for (const SugaredPtr& member : emit_sugared(tuple)->as_tuple(tuple.range, graph_))
            args.emplace_back(tuple.range, member->as_value(tuple.range, graph_));
    }
    // What is in the dict of keywords is known at run time alone.
    match_schema(schema, range, graph_, args, {});
    inputs.push_back(graph_.insert_constant(IValue(function->qualified_name()), {}, range));
    Node* node = insert(Symbol::from("prim::" + name), {}, 1, range);
    {
        InsertPoint before(graph_, node);
        for (size_t i = 2; i < call.args.size(); ++i) inputs.push_back(emit(*call.args[i]));
    }
    for (Value* input : inputs) node->add_input(input);
    const TypePtr& result = schema.returns[0].type;
    return node->output()->set_type(form.form == SpecialForm::rpc_async    ? future_type(result)
                                    : form.form == SpecialForm::rpc_remote ? rref_type(result)
                                                                           : result);
}

}  // namespace wick::jit
