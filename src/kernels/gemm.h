#pragma once
// Matrix products on raw memory. float and double; run-time dispatch over instruction sets; each result element is
// summed in an order that depends on the shapes and layouts only, so the thread budget never changes a result.
//
// C[m, n] = activation(alpha * A[m, k] B[k, n] + beta * C + bias + residual)
//
// Accuracy: sums are kept in T with fused multiply-add (where the machine has it); the error of one element is below
// k * eps * sum |a b|, in practice a few times less than a plain loop's, because vectors split the sum.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/epilogue.h"
#include "kernels/scratch.h"

namespace wick::kernels {

/// A matrix in the caller's memory; element (i, j) at data[i * row_stride + j * col_stride]. Any strides, 0 included.
template <class T>
struct MatrixView {
    const T* data = nullptr;
    int64_t row_stride = 0;
    int64_t col_stride = 1;
    MatrixView transposed() const { return {data, col_stride, row_stride}; }
};

/// A right-hand matrix B[k, n] copied once into the panels that the kernels read: panels of two vectors' width, each
/// [k][width], the last one zero-padded to a whole vector. Immutable; threads share it; its layout is the running
/// machine's and is never stored.
template <class T>
class PackedMatrix {
 public:
    PackedMatrix() = default;
    int64_t k() const { return k_; }
    int64_t n() const { return n_; }
    size_t bytes() const { return buffer_.bytes(); }
    const T* panels() const { return static_cast<const T*>(buffer_.data()); }
    bool empty() const { return buffer_.data() == nullptr; }

 private:
    template <class U>
    friend PackedMatrix<U> pack_b(MatrixView<U> b, int64_t k, int64_t n);
    AlignedBuffer buffer_;
    int64_t k_ = 0;
    int64_t n_ = 0;
};

/// Packs B[k, n]. A Linear layer's weight W[n, k] is MatrixView{w, k, 1}.transposed(). Uses the worker pool.
template <class T>
PackedMatrix<T> pack_b(MatrixView<T> b, int64_t k, int64_t n);

/// C = epilogue(alpha A B + beta C); C has unit column stride and row stride ldc >= n. With beta == 0, C is not read.
/// A, B must not overlap C.
///
/// Few rows of A times a B that is contiguous along k (a Linear layer's weight as stored) read B in place, at memory
/// speed: packing it gains nothing. More rows pack it on the way, which a B that is used more than once is spared as a
/// PackedMatrix; the result is the same to the bit.
template <class T>
void gemm(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, T* c, int64_t ldc,
          const Epilogue<T>& epilogue = {}, ScratchRef scratch = {});
template <class T>
void gemm(int64_t m, T alpha, MatrixView<T> a, const PackedMatrix<T>& b, T beta, T* c, int64_t ldc,
          const Epilogue<T>& epilogue = {}, ScratchRef scratch = {});

/// Memory that spares gemm its own allocation, for any layout and any thread budget up to `threads`.
template <class T>
size_t gemm_scratch_bytes(int64_t m, int64_t n, int64_t k, bool packed_b, int threads);

/// True if gemm reads an unpacked W[n, k] (contiguous along k) for this many rows of A in place.
constexpr bool gemm_prefers_unpacked(int64_t m) { return m <= 16; }

/// Batch i multiplies a + i * a_batch by b + i * b_batch into c + i * c_batch (c_batch >= (m - 1) * ldc + n).
template <class T>
void batched_gemm(int64_t batches, int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, int64_t a_batch,
                  MatrixView<T> b, int64_t b_batch, T beta, T* c, int64_t ldc, int64_t c_batch);

}  // namespace wick::kernels
