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
    /// All of it. A tensor that the operator is about to overwrite is copied (`overwritten`).
    static SavedValue save(const IValue& value, const Tensor& overwritten = {});
    /// What the function computed for its own backward pass: without history.
    static SavedValue save_own(IValue value);
    /// Shape, strides and dtype of a tensor; its elements need not be kept.
    static SavedValue save_geometry(const IValue& value);
    /// A result of `function` itself, number `output` of its outputs.
    static SavedValue save_result(const IValue& value, uint32_t output);

    /// The value with its history again; that of a result is `owner`. OpError when a tensor was changed in place since.
    IValue unpack(GradFunction& owner) const;
    /// The value for its shape and dtype: without history, whatever was written to it since.
    IValue geometry() const;
    /// A tensor whose elements are kept, in whatever form.
    bool is_tensor() const { return checked_; }
    bool is_packed() const { return value_.is_capsule(); }
    /// Where the gradient of the saved tensor goes.
    const Edge& edge() const { return edge_; }

 private:
    /// The tensor's elements are kept, packed if somebody asks for that.
    void keep(const Tensor& tensor);

    IValue value_;  ///< a capsule with a PackedTensor where a tensor was packed; None for a leaf, which edge_ keeps
    Edge edge_;
    uint32_t version_ = 0;
    bool is_result_ = false;
    bool checked_ = false;                                  ///< a tensor whose elements are kept
    std::shared_ptr<const std::vector<SavedValue>> items_;  ///< of a list with tensors
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
