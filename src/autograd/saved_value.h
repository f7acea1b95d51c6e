#pragma once
// Values that a recorded function keeps for its backward pass.

#include <span>
#include <vector>

#include <wick/autograd/autograd.h>
#include <wick/types/ivalue.h>

namespace wick::autograd {

/// An argument or result, as it was when it was saved. Tensors are kept without their history, which is kept beside
/// them: what becomes of the tensor later changes nothing, and no tensor keeps itself alive.
class SavedValue {
 public:
    SavedValue() = default;
    static constexpr int32_t kNoEdge = -1;
    /// All of it, for `owner`. `edge`: the number among the owner's edges where the gradient of the tensor goes, of a
    /// list of tensors that of its first; kNoEdge where the owner has none for it. A tensor that the operator is about
    /// to overwrite is copied (`overwritten`).
    static SavedValue save(const IValue& value, const GradFunction& owner, int32_t edge = kNoEdge,
                           const Tensor& overwritten = {});
    /// The same for a leaf, which the owner's edge keeps, where nobody packs what is saved.
    static SavedValue save_leaf(const TensorImpl& leaf, int32_t edge) {
        SavedValue saved;
        saved.number_ = edge;
        saved.version_ = leaf.version();
        saved.checked_ = true;
        return saved;
    }
    /// What is no tensor and has none inside.
    static SavedValue save_plain(const IValue& value);
    /// What the function computed for its own backward pass: without history.
    static SavedValue save_own(IValue value);
    /// Shape, strides and dtype of a tensor; its elements need not be kept.
    static SavedValue save_geometry(const IValue& value);
    /// A result of `function` itself, number `output` of its outputs.
    static SavedValue save_result(const IValue& value, uint32_t output);

    /// The value with its history again; that of a result is `owner`. OpError when a tensor was changed in place since.
    IValue unpack(GradFunction& owner) const;
    /// The value for its shape and dtype: without history, whatever was written to it since.
    IValue geometry(const GradFunction& owner) const { return kept(edge(owner)); }
    /// A tensor whose elements are kept, in whatever form.
    bool is_tensor() const { return checked_; }
    bool is_packed() const { return value_.is_capsule(); }

 private:
    struct More;
    const More& more() const;

    /// The tensor's elements are kept, packed if somebody asks for that.
    void keep(const Tensor& tensor);
    template <class Save>
    static SavedValue save_items(const IValue& list, const Save& save);
    /// Where the gradient of the saved tensor goes.
    const Edge& edge(const GradFunction& owner) const;
    /// The value as it is kept: without history.
    IValue kept(const Edge& edge) const;

    IValue value_;  ///< a capsule with a PackedTensor where a tensor was packed; None for a leaf, which its edge keeps
    IntrusivePtr<RefCounted> more_;  ///< More, which few values have
    uint32_t version_ = 0;
    int32_t number_ = kNoEdge;  ///< of the owner's edges, or of a result among the owner's outputs
    bool is_result_ = false;
    bool checked_ = false;  ///< a tensor whose elements are kept
};

/// All that a recorded function saved. One pass may drop it while another, on another thread, asks for it.
class SavedValues {
 public:
    // Filled before anybody else knows the function.
    void reserve(size_t count) { values_.reserve(count); }
    void add(SavedValue&& value) {
        packs_ = packs_ || value.is_packed();
        values_.emplace_back(std::move(value));
    }
    /// The values, in the order they were added. OpError in PyTorch's words when an earlier pass has dropped them.
    std::vector<IValue> unpack(GradFunction& owner) const;
    /// One of them by its number, or its geometry.
    struct Read {
        size_t number;
        bool is_geometry;
    };
    /// Those alone, and in that order.
    std::vector<IValue> unpack(GradFunction& owner, std::span<const Read> reads) const;
    void release();
    bool is_tensor(size_t number) const { return values_[number].is_tensor(); }

 private:
    using Values = SmallVector<SavedValue, 4>;
    void check_kept() const;
    /// read(values), under the lock unless there are packed ones.
    template <class F>
    std::vector<IValue> locked(const F& read) const;

    Values values_;
    bool released_ = false;
    bool packs_ = false;  ///< some are packed: whoever unpacks them may be of another language
};

}  // namespace wick::autograd
