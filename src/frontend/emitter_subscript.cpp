#include <algorithm>
#include <fmt/format.h>

#include <wick/tensor/dtype.h>

#include "frontend/emitter_impl.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

using namespace ast;

SugaredPtr Emitter::emit_subscript(const Subscript& expr, const TypePtr& hint) {
    const SourceRange& range = expr.range;
    const SugaredPtr container = emit_sugared(*expr.value);
    Value* value = container->simple();
    if (!value) {
        if (expr.indices.size() != 1)
            throw CompileError(range, fmt::format("cannot index {} with several indices", container->kind()));
        if (const auto slice = emit_slice(*expr.indices[0])) {
            const std::vector<SugaredPtr> members = container->as_tuple(range, graph_);
            std::vector<SugaredPtr> picked;
            for (int64_t i : slice_indices(range, *slice, static_cast<int64_t>(members.size())))
                picked.push_back(members[i]);
            return std::make_shared<SugaredTuple>(std::move(picked));
        }
        return container->subscript(range, graph_, emit(*expr.indices[0]), hint);
    }
    if (value->type->is(TypeKind::Tensor)) {
        std::vector<Value*> index_tensors;
        if (expr.indices.size() == 1) emit_again(*expr.indices[0]);
        Value* view = emit_tensor_index(range, value, expr.indices, &index_tensors);
        if (index_tensors.empty()) return sugar(view);
        return sugar(emit_op(range, graph_, "aten::index", {view, emit_index_list(range, index_tensors)}));
    }
    if (expr.indices.size() != 1) {
        throw CompileError(range,
                           "Unsupported operation: attempted to use multidimensional indexing on a non-tensor type");
    }
    const Expr& index = *expr.indices[0];
    if (const auto slice = emit_slice(index)) {
        if (value->type->is(TypeKind::Tuple)) return sugar(emit_tuple_slice(range, value, *slice));
        return sugar(emit_list_slice(range, value, *slice));
    }
    if (value->type->is(TypeKind::Tuple)) return sugar(emit_tuple_index(range, value, index));
    // As archives have it.
    if (hint && hint->is(TypeKind::Interface) && value->type->is(TypeKind::Class))
        return sugar(emit_module_at(range, graph_, value, emit(index), hint));
    return container->element(range, graph_, emit(index));
}

std::optional<SliceValue::Bounds> Emitter::emit_slice(const Expr& index) {
    const auto bound = [&](const Expr* expr) { return expr ? emit(*expr) : nullptr; };
    if (const auto* slice = as<Slice>(&index)) {
        SliceValue::Bounds bounds;
        bounds.start = bound(slice->start);
        bounds.stop = bound(slice->stop);
        bounds.step = bound(slice->step);
        return bounds;
    }
    const auto* call = as<Call>(&index);
    const auto* name = as<Name>(&index);
    SugaredPtr value;
    if (call && dotted_name(call->callee) == "slice") {
        const auto form = std::dynamic_pointer_cast<SpecialFormValue>(env_.get("slice", index.range));
        if (form && form->form == SpecialForm::slice) value = emit_sugared(index);
    }
    if (name) value = env_.find_sugared(name->id);
    const auto object = std::dynamic_pointer_cast<SliceValue>(value);
    return object ? std::optional(object->bounds) : std::nullopt;
}

/// Bounds that are left out: None for the operators, which know what that means.
Value* Emitter::emit_list_slice(const SourceRange& range, Value* list, const SliceValue::Bounds& slice) {
    Value* step = slice.step ? slice.step : graph_.insert_constant(1, {}, range);
    Value* start = slice.start ? slice.start : graph_.insert_constant(IValue());
    Value* stop = slice.stop ? slice.stop : graph_.insert_constant(IValue());
    return emit_op(range, graph_, "aten::slice", {list, start, stop, step});
}

Value* Emitter::emit_tuple_index(const SourceRange& range, Value* tuple, const Expr& index_expr) {
    const auto& types = tuple->type->contained();
    const int64_t count = static_cast<int64_t>(types.size());
    Value* index = emit(index_expr);
    if (!index->type->is(TypeKind::Int)) throw CompileError(range, "tuple index must be an integer");
    const std::optional<int64_t> known = constant_int(index);
    TypePtr type;
    if (known) {
        if (*known < -count || *known >= count)
            throw CompileError(
                range, fmt::format("Tuple index out of range. Tuple is length {} and index is {}", count, *known));
        type = types[*known < 0 ? *known + count : *known];
    } else {
        const bool same =
            std::all_of(types.begin(), types.end(), [&](const TypePtr& t) { return t->equals(*types[0]); });
        if (types.empty() || !same) {
            throw CompileError(
                range,
                fmt::format(
                    "Cannot index into a {} with a non-integer literal because we cannot resolve the output type",
                    described(tuple->type)));
        }
        type = types[0];
    }
    return insert(sym::prim_TupleIndex, {tuple, index}, 1, range)->output()->set_type(type);
}

std::vector<int64_t> Emitter::slice_indices(const SourceRange& range, const SliceValue::Bounds& slice, int64_t count) {
    const auto bound = [&](Value* value, int64_t otherwise) {
        if (!value) return otherwise;
        if (const IValue* constant = constant_value(value); constant && constant->is_none()) return otherwise;
        const std::optional<int64_t> known = constant_int(value);
        if (!known) throw CompileError(range, "tuple slice indices must be integer constants");
        return *known;
    };
    const int64_t step = bound(slice.step, 1);
    if (step == 0) throw CompileError(range, "List slice should have non-zero step");
    const auto clamp = [&](int64_t at) {
        if (at < 0) at += count;
        return step > 0 ? std::clamp<int64_t>(at, 0, count) : std::clamp<int64_t>(at, -1, count - 1);
    };
    const int64_t start = slice.start ? clamp(bound(slice.start, 0)) : step > 0 ? 0 : count - 1;
    const int64_t stop = slice.stop ? clamp(bound(slice.stop, 0)) : step > 0 ? count : -1;
    std::vector<int64_t> order;
    for (int64_t i = start; step > 0 ? i < stop : i > stop; i += step) order.push_back(i);
    return order;
}

Value* Emitter::emit_tuple_slice(const SourceRange& range, Value* tuple, const SliceValue::Bounds& slice) {
    const auto& types = tuple->type->contained();
    std::vector<TypePtr> picked;
    std::vector<Value*> values;
    for (const int64_t i : slice_indices(range, slice, static_cast<int64_t>(types.size()))) {
        picked.push_back(types[i]);
        values.push_back(
            insert(sym::prim_TupleIndex, {tuple, graph_.insert_constant(i)}, 1, {})->output()->set_type(types[i]));
    }
    return insert(sym::prim_TupleConstruct, std::move(values), 1, {})
        ->output()
        ->set_type(tuple_type(std::move(picked)));
}

static bool is_ellipsis(const Expr* expr) {
    const auto* constant = as<Constant>(expr);
    const auto* name = as<Name>(expr);
    return (constant && constant->is_ellipsis) || (name && name->id == "Ellipsis");
}

/// A None adds a dimension, an int takes one away, the rest keep one. Returns the dimension of the next index.
int64_t Emitter::emit_index(const SourceRange& range, const Expr& index, int64_t dim, bool from_end, TensorIndex& out) {
    out.dim = dim;
    const int64_t next = from_end ? dim - 1 : dim + 1;
    if (as<Slice>(&index) || (out.slice = emit_slice(index))) return next;
    emit_again(index);
    Value* value = emit(index);
    // Lists are tensors of positions.
    if (value->type->is(TypeKind::List)) {
        value = emit_builtin_call(
            {}, graph_, Symbol::from("aten::tensor"), {NamedValue(range, value)},
            {NamedValue(range, "dtype", graph_.insert_constant(IValue(static_cast<int64_t>(DType::int64))))});
    }
    out.value = value;
    if (value->type->is(TypeKind::None)) return from_end ? dim : next;
    if (value->type->is(TypeKind::Int)) return from_end ? next : dim;
    if (!value->type->is_subtype_of(optional_type(tensor_type()))) {
        throw CompileError(
            range,
            fmt::format(
                "Unsupported operation: indexing tensor with unsupported index type '{}'. Only ints, slices, lists and "
                "tensors are supported",
                described(value->type)));
    }
    if (from_end) throw CompileError(range, "Ellipses followed by tensor indexing is currently not supported");
    return next;
}

Value* Emitter::emit_tensor_index(const SourceRange& range, Value* tensor, const Exprs& indices,
                                  std::vector<Value*>* index_tensors) {
    // All indices come first, those after an ellipsis from the end: their dimensions are counted from there. Then they
    // are applied.
    std::vector<TensorIndex> found(indices.size());
    size_t ellipsis = 0;
    for (int64_t dim = 0; ellipsis < indices.size() && !is_ellipsis(indices[ellipsis]); ++ellipsis)
        dim = emit_index(range, *indices[ellipsis], dim, false, found[ellipsis]);
    int64_t dim = -1;
    for (size_t i = indices.size(); i-- > ellipsis + 1;) {
        if (is_ellipsis(indices[i])) throw CompileError(range, "An index can only have a single ellipsis ('...')");
        dim = emit_index(range, *indices[i], dim, true, found[i]);
    }
    Value* view = tensor;
    for (size_t i = 0; i < indices.size(); ++i) {
        if (i == ellipsis) continue;
        const auto at = [&] { return graph_.insert_constant(found[i].dim, {}, range); };
        Value* value = found[i].value;
        if (found[i].slice || as<Slice>(indices[i])) {
            Value* dim_value = at();
            const SliceValue::Bounds slice = found[i].slice ? *found[i].slice : *emit_slice(*indices[i]);
            Value* step = slice.step ? slice.step : graph_.insert_constant(1, {}, range);
            Value* start = slice.start ? slice.start : graph_.insert_constant(IValue());
            Value* stop = slice.stop ? slice.stop : graph_.insert_constant(IValue());
            view = emit_op(range, graph_, "aten::slice", {view, dim_value, start, stop, step});
        } else if (value->type->is(TypeKind::None)) {
            view = emit_op(range, graph_, "aten::unsqueeze", {view, at()});
        } else if (value->type->is(TypeKind::Int)) {
            view = emit_op(range, graph_, "aten::select", {view, at(), value});
        } else {
            index_tensors->resize(found[i].dim + 1);
            (*index_tensors)[found[i].dim] = value;
        }
    }
    return view;
}

Value* Emitter::emit_index_list(const SourceRange& range, const std::vector<Value*>& index_tensors) {
    std::vector<Value*> values;
    for (Value* value : index_tensors) values.push_back(value ? value : graph_.insert_constant(IValue()));
    return construct_list(range, optional_type(tensor_type()), std::move(values));
}

void Emitter::emit_subscript_assign(const Subscript& target, Value* value, const SourceRange& range) {
    Value* container = emit(*target.value);
    if (container->type->is(TypeKind::Tensor)) {
        std::vector<Value*> index_tensors;
        Value* view = emit_tensor_index(range, container, target.indices, &index_tensors);
        if (!value->type->is(TypeKind::Tensor)) {
            // A number takes the dtype and device of what it is written to.
            Value* dtype = emit_op({}, graph_, "prim::dtype", {view});
            Value* device = emit_op({}, graph_, "prim::device", {view});
            try {
                value = emit_builtin_call({}, graph_, Symbol::from("aten::tensor"), {NamedValue(range, value)},
                                          {NamedValue(range, "dtype", dtype), NamedValue(range, "device", device)});
            } catch (const CompileError& error) {
                throw CompileError(range, error.sentence());  // the node, as in PyTorch, has no place
            }
        }
        if (index_tensors.empty()) {
            emit_op(range, graph_, "aten::copy_", {view, value});
        } else {
            emit_op(range, graph_, "aten::index_put_", {view, emit_index_list(range, index_tensors), value});
        }
        return;
    }
    if (target.indices.size() != 1 || as<Slice>(target.indices[0])) {
        throw CompileError(
            range, "Sliced expression not yet supported for subscripted assignment. File a bug if you want this");
    }
    Value* index = emit(*target.indices[0]);
    if (container->type->is(TypeKind::Class)) {
        sugar(container)
            ->attr(range, graph_, "__setitem__")
            ->call(range, graph_, {NamedValue(range, index), NamedValue(range, value)}, {});
        return;
    }
    if (!container->type->is(TypeKind::List) && !container->type->is(TypeKind::Dict)) {
        throw CompileError(range,
                           fmt::format("{} does not support subscripted assignment", described(container->type)));
    }
    emit_op(range, graph_, "aten::_set_item", {container, index, value});
}

}  // namespace wick::jit
