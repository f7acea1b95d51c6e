#include "frontend/iterator_values.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

#include "types/inferred_tensor.h"

namespace wick::jit {

RangeValue::RangeValue(const SourceRange& range, Graph& graph, std::vector<Value*> args) {
    if (args.empty() || args.size() > 3)
        throw CompileError(range, fmt::format("range expected at {} arguments, got {}",
                                              args.empty() ? "least 1" : "most 3", args.size()));
    for (size_t i = 0; i < args.size(); ++i) {
        if (!args[i]->type->is(TypeKind::Int))
            throw CompileError(range, fmt::format("all inputs of range must be ints, found {} in argument {}",
                                                  args[i]->type->annotation_str(), i));
    }
    if (args.size() == 1) {
        stop_ = args[0];
        // Start and step are not needed; they stand here so that values are numbered as in PyTorch.
        graph.insert_constant(0, {}, range);
        graph.insert_constant(1, {}, range);
        return;
    }
    start_ = args[0];
    stop_ = args[1];
    step_ = args.size() == 3 ? args[2] : graph.insert_constant(1, {}, range);
}

Value* RangeValue::length(const SourceRange& range, Graph& graph) {
    return start_ ? emit_op(range, graph, "aten::__range_length", {start_, stop_, step_}) : stop_;
}

SugaredPtr RangeValue::element(const SourceRange& range, Graph& graph, Value* index) {
    return sugar(start_ ? emit_op(range, graph, "aten::__derive_index", {index, start_, step_}) : index);
}

Value* ZipValue::length(const SourceRange& range, Graph& graph) {
    std::vector<Value*> lengths;
    const std::function<void(const ZipValue&)> measure = [&](const ZipValue& zip) {
        for (const SugaredPtr& iterator : zip.iterators_) {
            if (const auto* nested = dynamic_cast<const ZipValue*>(iterator.get())) {
                measure(*nested);
            } else {
                lengths.push_back(iterator->length(range, graph));
            }
        }
    };
    measure(*this);
    if (lengths.size() == 1) return lengths[0];
    Value* list = graph.insert_node(sym::prim_ListConstruct, lengths)->output()->set_type(list_type(int_type()));
    return emit_op(range, graph, "prim::min", {list});
}

SugaredPtr ZipValue::element(const SourceRange& range, Graph& graph, Value* index) {
    std::vector<SugaredPtr> members;
    for (const SugaredPtr& iterator : iterators_) members.push_back(iterator->element(range, graph, index));
    return std::make_shared<SugaredTuple>(std::move(members));
}

std::optional<size_t> ZipValue::static_length(const SourceRange& range) const {
    std::optional<size_t> least;
    size_t known = 0;
    for (const SugaredPtr& iterator : iterators_) {
        const auto length = iterator->static_length(range);
        if (length) least = std::min(least.value_or(SIZE_MAX), *length);
        known += length || iterator == counter_;
    }
    if (least && known < iterators_.size())
        throw CompileError(range,
                           "Can not iterate over a module list or tuple with a value that does not have a statically "
                           "determinable length");
    return least;
}

std::vector<SugaredPtr> ZipValue::as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t>) {
    const auto length = static_length(range);
    std::vector<SugaredPtr> rows;
    for (size_t i = 0; i < length.value_or(0); ++i)
        rows.push_back(element(range, graph, graph.insert_constant(static_cast<int64_t>(i))));
    return rows;
}

}  // namespace wick::jit
