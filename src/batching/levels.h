#pragma once
// torch.func.vmap: a function of one tensor called with many at once.
//
// Inside of a level the function's tensors are batched ones (tensor/batched_tensor.h). An operator's call with such
// tensors goes to the operator's rule (rules.h), which makes of it calls on the values, one level further out:
//
//   call on tensors of level 2 ─► rule ─► call on tensors of level 1 ─► rule ─► call on plain tensors ─► record, kernel
//
// What gradients need is recorded of the calls on plain tensors, so rules have no derivatives. The calls of a thread
// that is inside of no level don't come by here.

#include <cstdint>

#include <wick/tensor/tensor.h>

namespace wick::batching {

/// What random operators do in a level.
enum class Randomness : uint8_t { error, same, different };

/// Opens a level within those that are open on this thread; its number.
int64_t enter_level(int64_t size, Randomness randomness);
/// Closes the innermost one.
void leave_level();
/// How many are open, and seen by the calls that are made now.
int64_t depth();
int64_t size_of(int64_t level);
Randomness randomness_of(int64_t level);

/// Calls see `levels` of them, for the lifetime of the guard.
class SeenLevels {
 public:
    explicit SeenLevels(int64_t levels);
    ~SeenLevels();
    SeenLevels(const SeenLevels&) = delete;
    SeenLevels& operator=(const SeenLevels&) = delete;

 private:
    const int64_t saved_;
};

/// The tensors of a level that lie along a dimension of `value`.
Tensor batched(const Tensor& value, int64_t dim, int64_t level);
/// All tensors of a level as one, along the first dimension; a tensor that is the same for all is expanded. Batches of
/// deeper levels stay: the new dimension is one of each of theirs.
Tensor gathered(const Tensor& tensor, int64_t level);
/// The reverse: each has one along the first dimension.
Tensor spread(const Tensor& tensor, int64_t level);

}  // namespace wick::batching
