#include "ops/linalg_product.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include <wick/support/parallel.h>

#include "kernels/plain_gemm.h"
#include "ops/cpp_types.h"
#include "ops/nn_common.h"
#include "ops/op_errors.h"

namespace wick::jit {

using namespace ops;

namespace {

using kernels::MatrixView;

/// The last two dimensions of a tensor, from `offset` elements on.
template <class T>
MatrixView<T> matrix_view(const Tensor& t, int64_t offset = 0) {
    return {t.data<T>() + offset, t.stride(-2), t.stride(-1)};
}

template <class T>
inline constexpr bool has_kernel = std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T>
void product(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, T* c, int64_t ldc) {
    if constexpr (has_kernel<T>) {
        kernels::gemm<T>(m, n, k, alpha, a, b, beta, c, ldc);
    } else {
        kernels::plain_gemm<T>(m, n, k, alpha, a, b, beta, c, ldc);
    }
}

template <class F>
void dispatch_product(DType dtype, std::string_view op, F&& f) {
    dispatch_dtype(dtype, [&]<class T>() {
        if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
            throw_not_implemented(op, dtype);
        } else {
            f.template operator()<T>();
        }
    });
}

void check_same_dtype(const Tensor& a, const Tensor& b, std::string_view op) {
    WICK_CHECK(a.dtype() == b.dtype(), "{}: expected m1 and m2 to have the same dtype, but got: {} != {}", op,
               cpp_name_of(a.dtype()), cpp_name_of(b.dtype()));
}

void check_multipliable(const Tensor& a, const Tensor& b) {
    WICK_CHECK(a.size(-1) == b.size(-2), "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})", a.size(-2),
               a.size(-1), b.size(-2), b.size(-1));
}

/// A constant right-hand matrix B[k, n] that is packed at one of its first uses. Kept beside the tensor it is made from
/// (TensorImpl::derived), valid for one storage version.
template <class T>
class PackedWeight : public DerivedData {
 public:
    explicit PackedWeight(bool transposed) : transposed(transposed) {
        static std::atomic<uint32_t> turns{0};
        unpacked_uses_ = 1 + turns.fetch_add(1, std::memory_order_relaxed) % kTurns;
    }

    /// Null as long as it isn't this weight's turn, and while another thread packs it.
    const kernels::PackedMatrix<T>* get(const Tensor& weight, int64_t uses) const {
        State state = state_.load(std::memory_order_acquire);
        if (state == State::packed) return &matrix_;
        if (state == State::packing || (unpacked_uses_.fetch_sub(1, std::memory_order_relaxed) > 0 && uses < kManyUses))
            return nullptr;
        if (!state_.compare_exchange_strong(state, State::packing, std::memory_order_acquire)) return nullptr;
        try {
            const Tensor source = to_dtype(weight, compute_dtype(weight.dtype()));
            const MatrixView<T> view = matrix_view<T>(source);
            matrix_ = transposed ? kernels::pack_b<T>(view.transposed(), weight.size(1), weight.size(0))
                                 : kernels::pack_b<T>(view, weight.size(0), weight.size(1));
        } catch (...) {
            state_.store(State::unpacked, std::memory_order_release);
            throw;
        }
        state_.store(State::packed, std::memory_order_release);
        return &matrix_;
    }

    const bool transposed;  ///< made from W[n, k], not B[k, n]

 private:
    static constexpr uint32_t kTurns = 4;
    static constexpr int64_t kManyUses = 8;
    enum class State : uint8_t { unpacked, packing, packed };
    mutable std::atomic<int64_t> unpacked_uses_;
    mutable std::atomic<State> state_{State::unpacked};
    mutable kernels::PackedMatrix<T> matrix_;
};

bool is_narrow(const Tensor& t) { return compute_dtype(t.dtype()) != t.dtype(); }

}  // namespace

template <class T>
const kernels::PackedMatrix<T>* packed_weight(const Tensor& weight, bool transposed, int64_t uses) {
    const TensorImpl& impl = *weight.impl();
    if (!impl.is_constant || weight.dim() != 2 || weight.numel() == 0) return nullptr;
    const uint32_t version = impl.storage->version();
    const DerivedData* derived = impl.derived(version);
    if (!derived) derived = impl.set_derived(version, make_intrusive<PackedWeight<T>>(transposed));
    const auto* packed = dynamic_cast<const PackedWeight<T>*>(derived);
    return packed && packed->transposed == transposed ? packed->get(weight, uses) : nullptr;
}

template const kernels::PackedMatrix<float>* packed_weight<float>(const Tensor&, bool, int64_t);
template const kernels::PackedMatrix<double>* packed_weight<double>(const Tensor&, bool, int64_t);

void multiply_into(const Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha, const Scalar& beta,
                   std::string_view op) {
    check_same_dtype(a, b, op);
    check_multipliable(a, b);
    const int64_t m = a.size(0), k = a.size(1), n = b.size(1);
    if (is_narrow(a)) {
        const Tensor wide = to_dtype(out, DType::float32);
        multiply_into(wide, to_dtype(a, DType::float32), to_dtype(b, DType::float32), alpha, beta, op);
        copy_into(out, wide);
        return;
    }
    dispatch_product(a.dtype(), op, [&]<class T>() {
        T* c = out.mutable_data<T>();
        if constexpr (has_kernel<T>) {
            if (!kernels::gemm_prefers_unpacked(m) || b.stride(0) != 1) {
                if (const auto* packed = packed_weight<T>(b, false)) {
                    kernels::gemm<T>(m, alpha.to<T>(), matrix_view<T>(a), *packed, beta.to<T>(), c, n);
                    return;
                }
            }
        }
        product<T>(m, n, k, alpha.to<T>(), matrix_view<T>(a), matrix_view<T>(b), beta.to<T>(), c, n);
    });
}

Tensor multiply(const Tensor& a, const Tensor& b, std::string_view op) {
    check_same_dtype(a, b, op);
    check_multipliable(a, b);
    const Tensor out = empty({a.size(0), b.size(1)}, a.dtype());
    multiply_into(out, a, b, 1, 0, op);
    return out;
}

void multiply_batches_into(const Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha, const Scalar& beta,
                           std::string_view op) {
    check_same_dtype(a, b, op);
    check_multipliable(a, b);
    if (is_narrow(a)) {
        const Tensor wide = to_dtype(out, DType::float32);
        multiply_batches_into(wide, to_dtype(a, DType::float32), to_dtype(b, DType::float32), alpha, beta, op);
        copy_into(out, wide);
        return;
    }
    const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
    const int64_t rank = out.dim() - 2;
    int64_t batches = 1;
    for (int64_t d = 0; d < rank; ++d) batches *= out.size(d);
    if (batches == 0 || m == 0 || n == 0) return;
    // One matrix for all: their rows are those of one product.
    bool shares = out.is_contiguous();
    for (int64_t d = 0; d < rank; ++d) shares = shares && (b.stride(d) == 0 || out.size(d) == 1);
    if (shares && batches > 1) {
        const Tensor rows = contiguous(a);
        const auto flat = [&](const Tensor& t, int64_t columns) {
            return t.as_strided_unchecked({batches * m, columns}, {columns, 1}, t.storage_offset());
        };
        return multiply_into(flat(out, n), flat(rows, k),
                             b.as_strided_unchecked({k, n}, {b.stride(-2), b.stride(-1)}, b.storage_offset()), alpha,
                             beta, op);
    }
    // How far one matrix is from the next, if that is the same everywhere.
    const auto step_of = [&](const Tensor& t) -> std::optional<int64_t> {
        for (int64_t d = rank - 1; d-- > 0;)
            if (t.stride(d) != t.stride(d + 1) * out.size(d + 1) && out.size(d) != 1) return std::nullopt;
        return rank == 0 ? 0 : t.stride(rank - 1);
    };
    // Element offset of batch i, whose index is spelled in the leading sizes.
    const auto offset_of = [&](const Tensor& t, int64_t i) {
        int64_t offset = 0;
        for (int64_t d = rank; d-- > 0; i /= out.size(d)) offset += i % out.size(d) * t.stride(d);
        return offset;
    };
    dispatch_product(a.dtype(), op, [&]<class T>() {
        T* c = out.mutable_data<T>();
        const T al = alpha.to<T>(), be = beta.to<T>();
        if constexpr (has_kernel<T>) {
            const auto a_step = step_of(a), b_step = step_of(b);
            if (a_step && b_step)
                return kernels::batched_gemm<T>(batches, m, n, k, al, matrix_view<T>(a), *a_step, matrix_view<T>(b),
                                                *b_step, be, c, n, m * n);
        }
        const auto run = [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                product<T>(m, n, k, al, matrix_view<T>(a, offset_of(a, i)), matrix_view<T>(b, offset_of(b, i)), be,
                           c + i * m * n, n);
            }
        };
        // A product that can't be shared out by whole batches uses the threads inside.
        const int64_t grain = std::max<int64_t>(1, (1 << 18) / std::max<int64_t>(1, m * n * k));
        if (batches < max_threads()) {
            run(0, batches);
        } else {
            parallel_for(0, batches, grain, run);
        }
    });
}

template <class T>
kernels::Epilogue<T> epilogue_of(const Tensor& bias, const LinearEpilogue& after, int64_t n) {
    kernels::Epilogue<T> epilogue;
    epilogue.bias_col = data_or_null<T>(bias);
    if (after.residual.defined()) {
        epilogue.residual = after.residual.data<T>();
        epilogue.residual_stride = n;
    }
    epilogue.activation = after.activation;
    epilogue.lo = static_cast<T>(after.low);
    epilogue.hi = static_cast<T>(after.high);
    return epilogue;
}

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, const LinearEpilogue& after) {
    WICK_CHECK(input.dim() >= 1 && (weight.dim() == 2 || weight.dim() == 1),
               "linear: expected a weight of 1 or 2 dimensions, got {}", weight.dim());
    const int64_t k = weight.sizes().back(), n = weight.dim() == 2 ? weight.sizes().front() : 1;
    const int64_t m = k == 0 ? checked_numel(input.sizes().slice(0, input.sizes().size() - 1)) : input.numel() / k;
    WICK_CHECK(input.sizes().back() == k, "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
               input.numel() / std::max<int64_t>(input.size(-1), 1), input.size(-1), k, n);
    WICK_CHECK(input.dtype() == weight.dtype(), "mat1 and mat2 must have the same dtype, but got {} and {}",
               scalar_name_of(input.dtype()), scalar_name_of(weight.dtype()));
    DimVector sizes(input.sizes());
    if (weight.dim() == 2) {
        sizes.back() = n;
    } else {
        sizes.pop_back();
    }
    if (bias.defined()) {
        WICK_CHECK(bias.dtype() == input.dtype(), "mat1 and mat2 must have the same dtype, but got {} and {}",
                   scalar_name_of(bias.dtype()), scalar_name_of(input.dtype()));
        WICK_CHECK(
            bias.numel() == n || bias.numel() == 1,
            "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension 0", n,
            bias.numel());
    }
    if (is_narrow(input)) {
        const auto* packed = packed_weight<float>(weight, true);
        const Tensor x = compute_input(input), b = compute_input(bias);
        const Tensor out = empty(sizes, DType::float32);
        const Tensor full_bias =
            !b.defined() || b.numel() == n ? b : contiguous(b.as_strided_unchecked({n}, {0}, b.storage_offset()));
        const LinearEpilogue wide{compute_input(after.residual), after.activation, after.low, after.high};
        const auto epilogue = epilogue_of<float>(full_bias, wide, n);
        if (packed) {
            kernels::gemm<float>(m, 1, {x.data<float>(), k, 1}, *packed, 0, out.mutable_data<float>(), n, epilogue);
        } else {
            const Tensor w = compute_input(weight);
            kernels::gemm<float>(m, n, k, 1, {x.data<float>(), k, 1}, {w.data<float>(), 1, k}, 0,
                                 out.mutable_data<float>(), n, epilogue);
        }
        return to_dtype(out, input.dtype());
    }
    const Tensor out = empty(sizes, input.dtype());
    dispatch_product(input.dtype(), "addmm_impl_cpu_", [&]<class T>() {
        // Copies only where one is needed: threads that share the weights would count their handles in turns.
        const Tensor dense = input.is_contiguous() ? Tensor() : contiguous(input);
        const Tensor& x = dense.defined() ? dense : input;
        const MatrixView<T> a{x.data<T>(), k, 1};
        const MatrixView<T> w{weight.data<T>(), weight.dim() == 2 ? weight.strides().front() : k,
                              weight.strides().back()};
        Tensor expanded;
        if (bias.defined() && (bias.dim() != 1 || bias.numel() != n || !bias.is_contiguous())) {
            expanded = contiguous(
                bias.as_strided_unchecked({n}, {bias.numel() == 1 ? 0 : bias.stride(-1)}, bias.storage_offset()));
        }
        const Tensor& row = expanded.defined() ? expanded : bias;
        T* c = out.mutable_data<T>();
        if constexpr (has_kernel<T>) {
            const auto epilogue = epilogue_of<T>(row, after, n);
            const bool in_place = kernels::gemm_prefers_unpacked(m) && w.col_stride == 1;
            const auto* packed = in_place ? nullptr : packed_weight<T>(weight, true);
            if (packed) {
                kernels::gemm<T>(m, T(1), a, *packed, T(0), c, n, epilogue);
            } else {
                kernels::gemm<T>(m, n, k, T(1), a, w.transposed(), T(0), c, n, epilogue);
            }
        } else {
            WICK_ASSERT(!after.residual.defined() && after.activation == kernels::Activation::None);
            if (row.defined()) {
                for (int64_t i = 0; i < m; ++i) std::copy_n(row.data<T>(), n, c + i * n);
            }
            product<T>(m, n, k, T(1), a, w.transposed(), row.defined() ? T(1) : T(0), c, n);
        }
    });
    return out;
}

}  // namespace wick::jit
