#include "autograd/saved_value.h"

#include <wick/autograd/anomaly.h>
#include <wick/support/check.h>

#include "autograd/history.h"
#include "autograd/packed_tensor.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/view_gradient.h"

namespace wick::autograd {
namespace {

/// Lists of tensors, which are saved item by item.
bool has_tensors(const IValue& value) {
    if (!value.is_list()) return false;
    for (const auto all = snapshot(value.to_list()); const IValue& item : all->items)
        if (item.is_tensor()) return true;
    return false;
}

}  // namespace

struct SavedValue::More : RefCounted {
    Edge edge;                      ///< of a tensor for which the owner has none
    std::vector<SavedValue> items;  ///< of a list with tensors
};

const SavedValue::More& SavedValue::more() const { return static_cast<const More&>(*more_); }

template <class Save>
SavedValue SavedValue::save_items(const IValue& list, const Save& save) {
    const auto all = snapshot(list.to_list());
    auto more = make_intrusive<More>();
    more->items.reserve(all->items.size());
    for (const IValue& item : all->items) more->items.push_back(save(item));
    SavedValue saved;
    saved.more_ = std::move(more);
    // An empty one: what the list holds may have the history that saves it.
    saved.value_ = IValue(make_list(list.to_list().element_type));
    return saved;
}

SavedValue SavedValue::save(const IValue& value, const GradFunction& owner, int32_t edge, const Tensor& overwritten) {
    if (!value.is_tensor()) {
        if (!has_tensors(value)) return save_plain(value);
        return save_items(value,
                          [&](const IValue& item) { return save(item, owner, edge < 0 ? edge : edge++, overwritten); });
    }
    SavedValue saved;
    const Tensor& tensor = value.tensor_ref();
    if (edge >= 0) {
        saved.number_ = edge;
    } else if (Edge own = gradient_edge(tensor)) {
        auto more = make_intrusive<More>();
        more->edge = std::move(own);
        saved.more_ = std::move(more);
    }
    const bool copies = overwritten.defined() && overwritten.impl()->storage == tensor.impl()->storage;
    // A leaf is not written to while gradients are recorded: its edge keeps it.
    if (copies || !saved.edge(owner).leaf) saved.value_ = copies ? ops::clone(tensor) : tensor.detach();
    saved.keep(copies ? saved.value_.tensor_ref() : tensor);
    return saved;
}

SavedValue SavedValue::save_plain(const IValue& value) {
    SavedValue saved;
    saved.value_ = value;
    return saved;
}

void SavedValue::keep(const Tensor& tensor) {
    version_ = tensor.impl()->version();
    checked_ = true;
    if (const Packer* packer = current_packer()) [[unlikely]]
        value_ = IValue::capsule((*packer)(tensor.detach()));
}

const Edge& SavedValue::edge(const GradFunction& owner) const {
    static const Edge none;
    if (more_) return more().edge;
    return number_ >= 0 && !is_result_ ? owner.edges[static_cast<size_t>(number_)] : none;
}

IValue SavedValue::kept(const Edge& edge) const {
    if (is_packed()) return IValue(static_cast<const PackedTensor*>(value_.to_capsule())->unpack());
    return checked_ && value_.is_none() ? IValue(Tensor(edge.leaf)) : value_;
}

SavedValue SavedValue::save_own(IValue value) {
    SavedValue saved;
    saved.value_ = std::move(value);
    if (!saved.value_.is_tensor()) return saved;
    const Tensor& tensor = saved.value_.tensor_ref();
    // A tensor that somebody else holds too may get a history, or another shape.
    if (tensor.impl()->use_count() > 1) saved.value_ = tensor.detach();
    saved.keep(saved.value_.tensor_ref());
    return saved;
}

SavedValue SavedValue::save_geometry(const IValue& value) {
    if (has_tensors(value)) return save_items(value, [](const IValue& item) { return save_geometry(item); });
    return save_plain(value.is_tensor() ? IValue(ops::geometry_of(value.tensor_ref())) : value);
}

SavedValue SavedValue::save_result(const IValue& value, uint32_t output) {
    if (has_tensors(value)) return save_items(value, [&](const IValue& item) { return save_result(item, output++); });
    if (!value.is_tensor()) return save_plain(value);
    const Tensor& tensor = value.tensor_ref();
    SavedValue saved = save_plain(tensor.detach());
    saved.is_result_ = is_differentiable(tensor.dtype());
    if (saved.is_result_) saved.number_ = static_cast<int32_t>(output);
    saved.keep(tensor);
    return saved;
}

IValue SavedValue::unpack(GradFunction& owner) const {
    if (value_.is_list() && more_) {
        std::vector<IValue> items;
        items.reserve(more().items.size());
        for (const SavedValue& item : more().items) items.push_back(item.unpack(owner));
        return IValue(make_list(value_.to_list().element_type, std::move(items)));
    }
    const Edge& known_edge = edge(owner);
    const IValue value = kept(known_edge);
    if (!value.is_tensor()) return value;
    const Tensor& tensor = value.tensor_ref();
    if (checked_ && !is_packed()) {
        const uint32_t version = tensor.impl()->version();
        WICK_CHECK(version == version_,
                   "one of the variables needed for gradient computation has been modified by an inplace operation: "
                   "[{} {}]{} is at version {}; expected version {} instead. Hint: {}",
                   fmt::format("torch.{}Tensor", scalar_name_of(tensor.dtype())), format_sizes(tensor.sizes()),
                   is_result_ ? fmt::format(", which is output {} of {},", number_, owner.name())
                   : known_edge.function
                       ? fmt::format(", which is output {} of {},", known_edge.output, known_edge.function->name())
                       : "",
                   version, version_,
                   AnomalyMode::is_enabled()
                       ? "the backtrace further above shows the operation that failed to compute its gradient. The "
                         "variable in question was changed in there or anywhere later. Good luck!"
                       : "enable anomaly detection to find the operation that failed to compute its gradient, with "
                         "torch.autograd.set_detect_anomaly(True).");
    }
    if (!GradMode::is_enabled() || (known_edge.leaf && !is_packed()) || (!known_edge && !is_result_)) return value;
    // What was packed is no longer the leaf itself: its gradient goes there through a view.
    const Edge edge =
        is_result_ ? Edge{IntrusivePtr<GradFunction>(&owner), static_cast<uint32_t>(number_), {}}
        : known_edge.leaf
            ? gradient_edge(jit::call_operator("aten::alias", {IValue(Tensor(known_edge.leaf))}).to_tensor())
            : known_edge;
    const Tensor known = tensor.detach();
    AutogradMeta& meta = make_meta(*known.impl());
    meta.set_function(edge.function);
    meta.output = edge.output;
    known.impl()->requires_grad = true;
    return IValue(known);
}

void SavedValues::check_kept() const {
    WICK_CHECK(!released_,
               "Trying to backward through the graph a second time (or directly access saved tensors after they have "
               "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
               "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
               "if you need to access saved tensors after calling backward.");
}

template <class F>
std::vector<IValue> SavedValues::locked(const F& read) const {
    std::unique_lock lock(pass_lock(this));
    check_kept();
    if (!packs_) return read(values_);
    const Values copies = values_;
    lock.unlock();
    return read(copies);
}

std::vector<IValue> SavedValues::unpack(GradFunction& owner) const {
    return locked([&](const Values& all) {
        std::vector<IValue> values;
        values.reserve(all.size());
        for (const SavedValue& value : all) values.push_back(value.unpack(owner));
        return values;
    });
}

std::vector<IValue> SavedValues::unpack(GradFunction& owner, std::span<const Read> reads) const {
    return locked([&](const Values& all) {
        std::vector<IValue> values;
        values.reserve(reads.size());
        for (const Read& read : reads) {
            const SavedValue& value = all[read.number];
            values.push_back(read.is_geometry ? value.geometry(owner) : value.unpack(owner));
        }
        return values;
    });
}

void SavedValues::release() {
    {
        const std::lock_guard lock(pass_lock(this));
        if (std::exchange(released_, true)) return;
    }
    // Nobody reads them any more.
    values_.clear();
}

}  // namespace wick::autograd
