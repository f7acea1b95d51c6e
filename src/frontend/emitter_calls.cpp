#include <fmt/format.h>

#include "frontend/emitter_impl.h"

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
    // The arguments of super(Class, self) name what is known anyway.
    if (const auto* name = as<Name>(call.callee); name && name->id == "super") {
        if (SugaredPtr super = resolver_.super_value(graph_, call.range)) return super;
    }
    const SugaredPtr callee = emit_sugared(*call.callee);
    if (const auto* form = dynamic_cast<const SpecialFormValue*>(callee.get())) return emit_special_form(call, *form, hint);
    const NamedValues args = emit_arguments(call.args);
    const NamedValues kwargs = emit_keywords(call.keywords);
    return callee->call(call.range, graph_, args, kwargs);
}

static void expect_arguments(const Call& call, std::string_view name, size_t least, size_t most) {
    const size_t count = call.args.size();
    if (count >= least && count <= most && call.keywords.empty()) return;
    const std::string wanted = least == most ? fmt::format("exactly {}", least) : fmt::format("{} to {}", least, most);
    throw CompileError(call.range, fmt::format("{} expected {} arguments but found {}", name, wanted, count + call.keywords.size()));
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
                throw CompileError(range, fmt::format("expected an expression of type {} but found {}\n{}", type->annotation_str(),
                                                      value->type->annotation_str(), why));
            }
            // None annotated as an Optional keeps the Optional, so that a variable holding it may take other values.
            if (type->is(TypeKind::Optional) && value->type->is(TypeKind::None)) return sugar(graph_.insert_constant(IValue(), type, range));
            return sugar(value);
        }
        case SpecialForm::unchecked_cast: {
            expect_arguments(call, "unchecked_cast", 2, 2);
            const TypePtr type = type_from(*call.args[0]);
            Value* value = emit(*call.args[1]);
            if (value->node->kind == sym::prim_unchecked_cast && value->type->equals(*type)) return sugar(value);
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
            if (!name || !name->value.is_string()) throw CompileError(range, "getattr's second argument must be a string literal");
            const SugaredPtr object = emit_sugared(*call.args[0]);
            if (call.args.size() == 3 && !object->has_attr(range, graph_, name->value.to_string())) return emit_sugared(*call.args[2]);
            return object->attr(range, graph_, name->value.to_string());
        }
        case SpecialForm::hasattr:
        case SpecialForm::isinstance:
        case SpecialForm::is_scripting: return sugar(emit_condition(call).value);
        case SpecialForm::fork:
        case SpecialForm::awaitable: return emit_fork(call, form.form);
        case SpecialForm::tuple: {
            expect_arguments(call, "tuple", 0, 1);
            if (call.args.empty()) return sugar(SugaredTuple({}).as_value(range, graph_));
            auto tuple = std::make_shared<SugaredTuple>(emit_sugared(*call.args[0])->as_tuple(range, graph_));
            return sugar(tuple->as_value(range, graph_));
        }
        case SpecialForm::list:
        case SpecialForm::dict: return emit_collection_form(call, form, hint);
        case SpecialForm::range: {
            if (!call.keywords.empty()) throw CompileError(range, "range doesn't take keyword arguments");
            std::vector<Value*> args;
            for (const NamedValue& arg : emit_arguments(call.args)) args.push_back(arg.value(graph_));
            return std::make_shared<RangeValue>(range, graph_, std::move(args));
        }
        case SpecialForm::enumerate: {
            if (call.args.empty() || call.args.size() > 2 || call.keywords.size() + call.args.size() > 2)
                throw CompileError(range, fmt::format("enumerate expected at least 1 arguments, got {}", call.args.size()));
            const SugaredPtr iterator = emit_sugared(*call.args[0])->iterator(range, graph_);
            const Expr* start = call.args.size() == 2 ? call.args[1] : call.keywords.empty() ? nullptr : call.keywords[0].value;
            if (!start) return std::make_shared<ZipValue>(std::vector<SugaredPtr>{nullptr, iterator});
            // The counter begins elsewhere.
            Value* first = emit(*start);
            auto counter = std::make_shared<RangeValue>(range, graph_, std::vector<Value*>{first, graph_.insert_constant(INT64_MAX)});
            return std::make_shared<ZipValue>(std::vector<SugaredPtr>{counter, iterator});
        }
        case SpecialForm::zip: {
            if (call.args.empty()) throw CompileError(range, "zip expected at least 1 arguments, got 0");
            std::vector<SugaredPtr> iterators;
            for (const Expr* arg : call.args) iterators.push_back(emit_sugared(*arg)->iterator(range, graph_));
            return std::make_shared<ZipValue>(std::move(iterators));
        }
        case SpecialForm::tolist:
            expect_arguments(call, "tolist", 0, 0);
            if (!hint) throw CompileError(range, "Expected type hint for result of tolist()");
            // Once more: the look at the callee has emitted it already.
            return sugar(emit_tolist(range, emit(*as<Attribute>(call.callee)->value), hint));
        case SpecialForm::super: throw CompileError(range, "super() is only supported inside the methods of a class");
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
        throw CompileError(range, fmt::format("{} is not one of the supported element types for tolist: int, float, complex, bool",
                                              element->annotation_str()));
    }
    Value* dim = graph_.insert_constant(depth);
    Value* kind = graph_.insert_constant(int64_t{found - kElements});
    return insert(sym::prim_tolist, {tensor, dim, kind}, 1, range)->output()->set_type(type);
}

SugaredPtr Emitter::emit_collection_form(const Call& call, const SpecialFormValue& form, const TypePtr& hint) {
    const SourceRange& range = call.range;
    if (form.form == SpecialForm::list) {
        expect_arguments(call, "list", 0, 1);
        if (call.args.empty()) {
            const bool hinted = hint && hint->is(TypeKind::List);
            return sugar(construct_list(range, hinted ? hint->contained(0) : tensor_type(), {}));
        }
        const SugaredPtr source = emit_sugared(*call.args[0]);
        Value* simple = source->simple();
        if (simple && (simple->type->is(TypeKind::List) || simple->type->is(TypeKind::String))) return sugar(emit_op(range, graph_, "aten::list", {simple}));
        const SugaredPtr iterator = source->iterator(range, graph_);
        if (iterator->must_unroll()) {
            std::vector<Value*> values;
            for (const SugaredPtr& member : iterator->as_tuple(range, graph_)) values.push_back(member->as_value(range, graph_));
            TypePtr element = values.empty() ? tensor_type() : values[0]->type;
            for (const Value* value : values) element = unify_types(element, value->type, true);
            return sugar(construct_list(range, element, std::move(values)));
        }
        Value* list = construct_list(range, tensor_type(), {});
        emit_loop(range, iterator, nullptr, [&](const SugaredPtr& member) {
            Value* element = member->as_value(range, graph_);
            list->set_type(list_type(element->type));
            emit_op(range, graph_, "aten::append", {list, element});
        });
        return sugar(list);
    }
    if (call.args.empty() && call.keywords.empty()) {
        const bool hinted = hint && hint->is(TypeKind::Dict);
        Node* node = insert(sym::prim_DictConstruct, {}, 1, range);
        return sugar(node->output()->set_type(hinted ? hint : dict_type(string_type(), tensor_type())));
    }
    Value* dict = nullptr;
    if (!call.args.empty()) {
        expect_arguments(Call(call), "dict", 1, 1);
        dict = emit_op(range, graph_, "aten::dict", {emit(*call.args[0])});
        return sugar(dict);
    }
    std::vector<Value*> inputs;
    TypePtr value_type;
    for (const Keyword& keyword : call.keywords) {
        inputs.push_back(graph_.insert_constant(IValue(keyword.name)));
        inputs.push_back(emit(*keyword.value));
        value_type = value_type ? unify_types(value_type, inputs.back()->type, true) : inputs.back()->type;
    }
    return sugar(insert(sym::prim_DictConstruct, std::move(inputs), 1, range)->output()->set_type(dict_type(string_type(), value_type)));
}

SugaredPtr Emitter::emit_fork(const Call& call, SpecialForm form) {
    const SourceRange& range = call.range;
    const bool forks = form == SpecialForm::fork;
    if (call.args.empty()) throw CompileError(range, fmt::format("Expected at least one argument to {}()", forks ? "fork" : "awaitable"));
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

}  // namespace wick::jit
