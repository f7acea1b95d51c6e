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

/// What remains of a list whose items are saved: those it holds may have the history that saves them.
IValue emptied(const IValue& list) { return IValue(make_list(list.to_list().element_type)); }

template <class Save>
std::shared_ptr<const std::vector<SavedValue>> each_item(const IValue& list, const Save& save) {
    auto items = std::make_shared<std::vector<SavedValue>>();
    const auto all = snapshot(list.to_list());
    items->reserve(all->items.size());
    for (const IValue& item : all->items) items->push_back(save(item));
    return items;
}

}  // namespace

SavedValue SavedValue::save(const IValue& value, const Tensor& overwritten) {
    SavedValue saved;
    if (has_tensors(value)) {
        saved.items_ = each_item(value, [&](const IValue& item) { return save(item, overwritten); });
        saved.value_ = emptied(value);
    } else if (!value.is_tensor()) {
        saved.value_ = value;
    } else {
        const Tensor& tensor = value.tensor_ref();
        saved.edge_ = gradient_edge(tensor);
        const bool copies = overwritten.defined() && overwritten.impl()->storage == tensor.impl()->storage;
        // A leaf is not written to while gradients are recorded: its edge keeps it.
        if (copies || !saved.edge_.leaf) saved.value_ = copies ? ops::clone(tensor) : tensor.detach();
        saved.keep(copies ? saved.value_.tensor_ref() : tensor);
    }
    return saved;
}

void SavedValue::keep(const Tensor& tensor) {
    version_ = tensor.impl()->version();
    checked_ = true;
    if (const Packer* packer = current_packer()) [[unlikely]]
        value_ = IValue::capsule((*packer)(tensor.detach()));
}

IValue SavedValue::geometry() const {
    if (is_packed()) return IValue(static_cast<const PackedTensor*>(value_.to_capsule())->unpack());
    return checked_ && value_.is_none() ? IValue(Tensor(edge_.leaf)) : value_;
}

SavedValue SavedValue::save_own(IValue value) {
    if (!value.is_tensor()) return save(value);
    SavedValue saved;
    // A tensor that somebody else holds too may get a history, or another shape.
    saved.value_ = value.tensor_ref().impl()->use_count() == 1 ? std::move(value) : value.tensor_ref().detach();
    saved.keep(saved.value_.tensor_ref());
    return saved;
}

SavedValue SavedValue::save_geometry(const IValue& value) {
    SavedValue saved;
    if (has_tensors(value)) {
        saved.items_ = each_item(value, [](const IValue& item) { return save_geometry(item); });
        saved.value_ = emptied(value);
    } else {
        saved.value_ = value.is_tensor() ? IValue(ops::geometry_of(value.tensor_ref())) : value;
    }
    return saved;
}

SavedValue SavedValue::save_result(const IValue& value, uint32_t output) {
    SavedValue saved;
    if (has_tensors(value)) {
        saved.items_ = each_item(value, [&](const IValue& item) { return save_result(item, output++); });
        saved.value_ = emptied(value);
        return saved;
    }
    saved.value_ = value;
    if (!value.is_tensor()) return saved;
    saved.value_ = value.tensor_ref().detach();
    saved.edge_.output = output;
    saved.is_result_ = is_differentiable(value.tensor_ref().dtype());
    saved.keep(value.tensor_ref());
    return saved;
}

IValue SavedValue::unpack(GradFunction& owner) const {
    if (items_) {
        std::vector<IValue> items;
        items.reserve(items_->size());
        for (const SavedValue& item : *items_) items.push_back(item.unpack(owner));
        return IValue(make_list(value_.to_list().element_type, std::move(items)));
    }
    const IValue value = geometry();
    if (!value.is_tensor()) return value;
    const Tensor& tensor = value.tensor_ref();
    if (checked_ && !is_packed()) {
        const uint32_t version = tensor.impl()->version();
        WICK_CHECK(version == version_,
                   "one of the variables needed for gradient computation has been modified by an inplace operation: "
                   "[{} {}]{} is at version {}; expected version {} instead. Hint: {}",
                   fmt::format("torch.{}Tensor", scalar_name_of(tensor.dtype())), format_sizes(tensor.sizes()),
                   is_result_       ? fmt::format(", which is output {} of {},", edge_.output, owner.name())
                   : edge_.function ? fmt::format(", which is output {} of {},", edge_.output, edge_.function->name())
                                    : "",
                   version, version_,
                   AnomalyMode::is_enabled()
                       ? "the backtrace further above shows the operation that failed to compute its gradient. The "
                         "variable in question was changed in there or anywhere later. Good luck!"
                       : "enable anomaly detection to find the operation that failed to compute its gradient, with "
                         "torch.autograd.set_detect_anomaly(True).");
    }
    if (!GradMode::is_enabled() || (edge_.leaf && !is_packed()) || (!edge_ && !is_result_)) return value;
    // What was packed is no longer the leaf itself: its gradient goes there through a view.
    const Edge edge =
        edge_.leaf ? gradient_edge(jit::call_operator("aten::alias", {IValue(Tensor(edge_.leaf))}).to_tensor()) : edge_;
    const Tensor known = tensor.detach();
    AutogradMeta& meta = make_meta(*known.impl());
    meta.function = is_result_ ? IntrusivePtr<GradFunction>(&owner) : edge.function;
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
            values.push_back(read.is_geometry ? value.geometry() : value.unpack(owner));
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
