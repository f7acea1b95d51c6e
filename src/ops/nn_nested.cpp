#include "ops/nn_nested.h"

#include <algorithm>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

class NestedLengths : public DerivedData {
 public:
    explicit NestedLengths(std::vector<int64_t> lengths) : lengths(std::move(lengths)) {}
    const std::vector<int64_t> lengths;
};

/// Number of leading true entries in each row of mask[B, T]; `aligned` says whether no true entry follows.
std::vector<int64_t> leading_lengths(const Tensor& t, const Tensor& mask, bool& aligned) {
    WICK_CHECK(mask.dtype() == DType::bool_, "Expected mask to be of ScalarType Bool, but got {} instead.",
               scalar_name_of(mask.dtype()));
    WICK_CHECK(mask.dim() == 2, "Padding mask should be 2D");
    WICK_CHECK(t.dim() == 3, "Input should be a 3D tensor, N * L * D");
    WICK_CHECK(t.size(0) == mask.size(0) && t.size(1) == mask.size(1), "Mask size should match input size");
    const Tensor keep = contiguous(mask);
    const int64_t length = mask.size(1);
    std::vector<int64_t> lengths;
    aligned = true;
    for (int64_t b = 0; b < mask.size(0); ++b) {
        const bool* row = keep.data<bool>() + b * length;
        const int64_t n = std::find(row, row + length, false) - row;
        aligned = aligned && std::find(row + n, row + length, true) == row + length;
        lengths.push_back(n);
    }
    return lengths;
}

Tensor nested_tensor_from_mask(const Tensor& t, const Tensor& mask, bool mask_check) {
    bool aligned = true;
    std::vector<int64_t> lengths = leading_lengths(t, mask, aligned);
    WICK_CHECK(aligned || !mask_check, "Mask must be left-aligned without gaps");
    return mark_nested(clone(t, MemoryFormat::contiguous), std::move(lengths));
}

bool is_left_aligned(const Tensor& t, const Tensor& mask) {
    bool aligned = true;
    leading_lengths(t, mask, aligned);
    return aligned;
}

/// Sequences, padded to the longest or to output_size.
Tensor to_padded_tensor(const Tensor& self, double padding, const std::optional<IntList>& output_size) {
    const std::vector<int64_t>* lengths = nested_lengths(self);
    WICK_CHECK(lengths, "to_padded_tensor: expected a nested tensor");
    DimVector sizes(self.sizes());
    sizes[1] = lengths->empty() ? 0 : *std::max_element(lengths->begin(), lengths->end());
    if (output_size) {
        WICK_CHECK(output_size->size() == sizes.size(),
                   "Length of output_size does not match NestedTensor dims. Broadcasting is not supported.");
        for (size_t d = 0; d < sizes.size(); ++d)
            WICK_CHECK((*output_size)[d] >= sizes[d],
                       "Value in output_size is less than NestedTensor padded size. Truncation is not supported.");
        sizes = *output_size;
    }
    const Tensor out = full(sizes, padding, self.dtype());
    for (size_t b = 0; b < lengths->size(); ++b) {
        const int64_t i = static_cast<int64_t>(b), n = (*lengths)[b];
        copy_into(narrow(narrow(select(out, 0, i), 0, 0, n), 1, 0, self.size(2)), narrow(select(self, 0, i), 0, 0, n));
    }
    return out;
}

}  // namespace

Tensor mark_nested(const Tensor& padded, std::vector<int64_t> lengths) {
    const TensorImpl& impl = *padded.impl();
    impl.set_derived(impl.storage->version(), make_intrusive<NestedLengths>(std::move(lengths)));
    return padded;
}

const std::vector<int64_t>* nested_lengths(const Tensor& tensor) {
    const TensorImpl& impl = *tensor.impl();
    const auto* nested = dynamic_cast<const NestedLengths*>(impl.derived(impl.storage->version()));
    return nested ? &nested->lengths : nullptr;
}

void register_nn_nested(Registry& ops) {
    ops.add("aten::_nested_tensor_from_mask(Tensor t, Tensor mask, bool mask_check=True) -> Tensor")
        .kernel(&nested_tensor_from_mask);
    ops.add("aten::_nested_tensor_from_mask_left_aligned(Tensor t, Tensor mask) -> bool").kernel(&is_left_aligned);
    ops.add("aten::to_padded_tensor(Tensor self, float padding, SymInt[]? output_size=None) -> Tensor")
        .kernel(&to_padded_tensor)
        .out();
    ops.add("aten::nested_to_padded_tensor(Tensor self, float padding, int[]? output_size=None) -> Tensor")
        .kernel(&to_padded_tensor);
}

}  // namespace wick::jit
