// Gradients of normalisation layers. With xhat = (x - mean) * rstd, g = dy * weight and averages over a slice of m
// elements:
//
//   dx = rstd * (g - avg(g) - xhat * avg(g * xhat)),  dweight = sum of dy * xhat,  dbias = sum of dy
//
// The kernels read saved statistics. Second derivatives go through the decompositions, in which the statistics are
// functions of the input: rstd is (var + eps)^-1/2 with the eps that gives the saved number.
#include <algorithm>
#include <cmath>

#include <wick/support/parallel.h>

#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;
using Stats = std::vector<double>;

/// Of a row: sums of dy and of dy * (x - shift).
struct RowSums {
    double plain = 0, centred = 0;
};

template <class T>
RowSums sum_row(const T* dy, const T* x, int64_t n, double shift) {
    // Short blocks in T, joined in double: the error does not grow with the row.
    constexpr int64_t kBlock = 256, kLanes = 8;
    const T centre = static_cast<T>(shift);
    RowSums sums;
    for (int64_t i = 0; i < n; i += kBlock) {
        const int64_t end = std::min(n, i + kBlock);
        T plain[kLanes] = {}, centred[kLanes] = {};
        int64_t j = i;
        for (; j + kLanes <= end; j += kLanes) {
            for (int64_t l = 0; l < kLanes; ++l) {
                plain[l] += dy[j + l];
                centred[l] += dy[j + l] * (x[j + l] - centre);
            }
        }
        for (; j < end; ++j) {
            plain[0] += dy[j];
            centred[0] += dy[j] * (x[j] - centre);
        }
        for (int64_t l = 0; l < kLanes; ++l) {
            sums.plain += static_cast<double>(plain[l]);
            sums.centred += static_cast<double>(centred[l]);
        }
    }
    return sums;
}

int64_t row_grain(int64_t n) { return std::max<int64_t>(1, 16384 / (n + 1)); }

/// sums[r] of rows of dy and x, centred at mean[r].
template <class T>
std::vector<RowSums> sum_rows(const Tensor& dy, const Tensor& x, int64_t rows, int64_t n, const Stats& mean) {
    std::vector<RowSums> sums(static_cast<size_t>(rows));
    parallel_for(0, rows, row_grain(n), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) sums[r] = sum_row(dy.data<T>() + r * n, x.data<T>() + r * n, n, mean[r]);
    });
    return sums;
}

/// dx[r, i] = dy * of_dy[r] + x * of_x[r] + constant[r].
struct RowFactors {
    double of_dy = 0, of_x = 0, constant = 0;
};

template <class T>
Tensor combine_rows(const Tensor& dy, const Tensor& x, int64_t rows, int64_t n,
                    const std::vector<RowFactors>& factors) {
    const Tensor dx = empty(x.sizes(), x.dtype());
    T* to = dx.mutable_data<T>();
    parallel_for(0, rows, row_grain(n), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const T a = static_cast<T>(factors[r].of_dy), b = static_cast<T>(factors[r].of_x),
                    c = static_cast<T>(factors[r].constant);
            const T *g = dy.data<T>() + r * n, *from = x.data<T>() + r * n;
            for (int64_t i = 0; i < n; ++i) to[r * n + i] = a * g[i] + (b * from[i] + c);
        }
    });
    return dx;
}

/// The factors that make dx of a slice: `weight` of the row, rstd of the slice, averages of g and g * xhat over it.
RowFactors factors_of(double weight, double mean, double rstd, double avg_g, double avg_gx) {
    return {rstd * weight, -rstd * rstd * avg_gx, rstd * (mean * rstd * avg_gx - avg_g)};
}

Stats as_doubles(const Tensor& t, int64_t count, double otherwise) {
    if (!t.defined()) return Stats(static_cast<size_t>(count), otherwise);
    WICK_CHECK(t.numel() == count, "expected {} elements, got a tensor of size {}", count, format_sizes(t.sizes()));
    const Tensor values = compute_input(t, DType::float64);
    return Stats(values.data<double>(), values.data<double>() + count);
}

Tensor channel_tensor(const Stats& values, DType dtype) {
    const Tensor t = empty({static_cast<int64_t>(values.size())}, DType::float64);
    std::copy(values.begin(), values.end(), t.mutable_data<double>());
    return to_dtype(t, dtype);
}

DType parameter_dtype(const Tensor& weight, const Tensor& input) {
    return weight.defined() ? weight.dtype() : input.dtype();
}

Three native_batch_norm_backward(const Tensor& grad_out, const Tensor& input, const Tensor& weight,
                                 const Tensor& running_mean, const Tensor& running_var, const Tensor& save_mean,
                                 const Tensor& save_invstd, bool train, double eps, const IValue& mask_list) {
    const std::vector<bool> mask = output_mask(mask_list);
    const Tensor x = compute_input(input), dy = compute_input(grad_out, x.dtype());
    WICK_CHECK(dy.sizes() == x.sizes() && x.dim() >= 2, "batch_norm_backward: expected a gradient of size {}, got {}",
               format_sizes(x.sizes()), format_sizes(dy.sizes()));
    const int64_t batch = x.size(0), channels = x.size(1), rows = batch * channels;
    const int64_t inner = rows == 0 ? 0 : x.numel() / rows;
    const Stats gamma = as_doubles(weight, channels, 1),
                mean = as_doubles(train ? save_mean : running_mean, channels, 0);
    Stats rstd = as_doubles(train ? save_invstd : running_var, channels, 1);
    if (!train)
        for (double& v : rstd) v = 1 / std::sqrt(v + eps);
    Tensor dx;
    Stats dweight(static_cast<size_t>(channels), 0.0), dbias(dweight);
    dispatch_float(x.dtype(), "batch_norm_backward", [&]<class T>() {
        Stats row_mean;
        for (int64_t n = 0; n < batch; ++n) row_mean.insert(row_mean.end(), mean.begin(), mean.end());
        const std::vector<RowSums> sums = sum_rows<T>(dy, x, rows, inner, row_mean);
        for (int64_t r = 0; r < rows; ++r) {
            dbias[r % channels] += sums[r].plain;
            dweight[r % channels] += sums[r].centred * rstd[r % channels];
        }
        if (!mask[0]) return;
        const double count = static_cast<double>(batch * inner);
        std::vector<RowFactors> factors(static_cast<size_t>(rows));
        for (int64_t r = 0; r < rows; ++r) {
            const int64_t c = r % channels;
            factors[r] = factors_of(gamma[c], mean[c], rstd[c], train ? gamma[c] * dbias[c] / count : 0,
                                    train ? gamma[c] * dweight[c] / count : 0);
        }
        dx = to_dtype(combine_rows<T>(dy, x, rows, inner, factors), input.dtype());
    });
    const DType dtype = parameter_dtype(weight, input);
    return {dx, mask[1] ? channel_tensor(dweight, dtype) : Tensor(), mask[2] ? channel_tensor(dbias, dtype) : Tensor()};
}

Three native_group_norm_backward(const Tensor& grad_out, const Tensor& input, const Tensor& mean_tensor,
                                 const Tensor& rstd_tensor, const Tensor& weight, int64_t batch, int64_t channels,
                                 int64_t inner, int64_t groups, const IValue& mask_list) {
    const std::vector<bool> mask = output_mask(mask_list);
    const Tensor x = compute_input(input), dy = compute_input(grad_out, x.dtype());
    WICK_CHECK(groups > 0 && channels % groups == 0 && x.numel() == batch * channels * inner && dy.numel() == x.numel(),
               "group_norm_backward: {} groups of {} channels do not fit an input of size {}", groups, channels,
               format_sizes(x.sizes()));
    const int64_t rows = batch * channels, per_group = channels / groups;
    const Stats gamma = as_doubles(weight, channels, 1), mean = as_doubles(mean_tensor, batch * groups, 0),
                rstd = as_doubles(rstd_tensor, batch * groups, 1);
    Tensor dx;
    Stats dweight(static_cast<size_t>(channels), 0.0), dbias(dweight);
    dispatch_float(x.dtype(), "group_norm_backward", [&]<class T>() {
        Stats row_mean(static_cast<size_t>(rows));
        for (int64_t r = 0; r < rows; ++r) row_mean[r] = mean[r / per_group];
        const std::vector<RowSums> sums = sum_rows<T>(dy, x, rows, inner, row_mean);
        Stats avg_g(mean.size(), 0.0), avg_gx(avg_g);
        const double share = 1 / static_cast<double>(per_group * inner);
        for (int64_t r = 0; r < rows; ++r) {
            const int64_t c = r % channels, g = r / per_group;
            const double centred = sums[r].centred * rstd[g];
            dbias[c] += sums[r].plain;
            dweight[c] += centred;
            avg_g[g] += gamma[c] * sums[r].plain * share;
            avg_gx[g] += gamma[c] * centred * share;
        }
        if (!mask[0]) return;
        std::vector<RowFactors> factors(static_cast<size_t>(rows));
        for (int64_t r = 0; r < rows; ++r) {
            const int64_t g = r / per_group;
            factors[r] = factors_of(gamma[r % channels], mean[g], rstd[g], avg_g[g], avg_gx[g]);
        }
        dx = to_dtype(combine_rows<T>(dy, x, rows, inner, factors), input.dtype());
    });
    const DType dtype = parameter_dtype(weight, input);
    return {dx, mask[1] ? channel_tensor(dweight, dtype) : Tensor(), mask[2] ? channel_tensor(dbias, dtype) : Tensor()};
}

/// dx of one row of layer_norm; adds to the sums of dweight and dbias.
template <class T>
void layer_norm_row(const T* dy, const T* x, const T* gamma, int64_t n, T mean, T rstd, T* dx, T* dweight, T* dbias) {
    if (dx) {
        double sum = 0, product = 0;
        for (int64_t i = 0; i < n; i += 64) {
            T s[4] = {}, p[4] = {};
            for (int64_t j = i; j < std::min(n, i + 64); ++j) {
                const T g = gamma ? dy[j] * gamma[j] : dy[j];
                s[j % 4] += g;
                p[j % 4] += g * ((x[j] - mean) * rstd);
            }
            sum += static_cast<double>(s[0] + s[1] + s[2] + s[3]);
            product += static_cast<double>(p[0] + p[1] + p[2] + p[3]);
        }
        const T avg_g = static_cast<T>(sum / static_cast<double>(n)),
                avg_gx = static_cast<T>(product / static_cast<double>(n));
        for (int64_t j = 0; j < n; ++j)
            dx[j] = rstd * ((gamma ? dy[j] * gamma[j] : dy[j]) - avg_g - (x[j] - mean) * rstd * avg_gx);
    }
    if (dweight)
        for (int64_t j = 0; j < n; ++j) dweight[j] += dy[j] * ((x[j] - mean) * rstd);
    if (dbias)
        for (int64_t j = 0; j < n; ++j) dbias[j] += dy[j];
}

Three native_layer_norm_backward(const Tensor& grad_out, const Tensor& input, const IntList& normalized_shape,
                                 const Tensor& mean_tensor, const Tensor& rstd_tensor, const Tensor& weight,
                                 const Tensor& bias, const IValue& mask_list) {
    const std::vector<bool> mask = output_mask(mask_list);
    const Tensor x = compute_input(input), dy = compute_input(grad_out, x.dtype());
    const Tensor mean = compute_input(mean_tensor, x.dtype()), rstd = compute_input(rstd_tensor, x.dtype()),
                 gamma = compute_input(weight, x.dtype());
    const int64_t n = checked_numel(normalized_shape), rows = n == 0 ? 0 : x.numel() / n;
    WICK_CHECK(dy.numel() == x.numel() && mean.numel() == rows && rstd.numel() == rows,
               "layer_norm_backward: a gradient of size {} does not fit an input of size {}", format_sizes(dy.sizes()),
               format_sizes(x.sizes()));
    // Rows are summed up in so many parts, whatever the number of threads.
    constexpr int64_t kParts = 16;
    const int64_t parts = std::clamp<int64_t>(rows * n / 16384, 1, std::min(kParts, std::max<int64_t>(rows, 1)));
    Tensor dx, dweight, dbias;
    if (mask[0]) dx = empty(x.sizes(), x.dtype());
    if (mask[1]) dweight = zeros({parts, n}, x.dtype());
    if (mask[2]) dbias = zeros({parts, n}, x.dtype());
    dispatch_float(x.dtype(), "layer_norm_backward", [&]<class T>() {
        const auto start = [](const Tensor& t) { return t.defined() ? t.mutable_data<T>() : nullptr; };
        T *to = start(dx), *to_weight = start(dweight), *to_bias = start(dbias);
        parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
            for (int64_t part = begin; part < end; ++part) {
                for (int64_t r = rows * part / parts; r < rows * (part + 1) / parts; ++r)
                    layer_norm_row<T>(dy.data<T>() + r * n, x.data<T>() + r * n, data_or_null<T>(gamma), n,
                                      mean.data<T>()[r], rstd.data<T>()[r], to ? to + r * n : nullptr,
                                      to_weight ? to_weight + part * n : nullptr,
                                      to_bias ? to_bias + part * n : nullptr);
            }
        });
    });
    const auto joined = [&](const Tensor& sums, const Tensor& parameter) {
        if (!sums.defined()) return Tensor();
        return to_dtype(view(sum(sums, DimVector{0}), normalized_shape), parameter_dtype(parameter, input));
    };
    return {dx.defined() ? to_dtype(dx, input.dtype()) : Tensor(), joined(dweight, weight), joined(dbias, bias)};
}

}  // namespace

void register_nn_norm_gradient(Registry& ops) {
    ops.add(
           "aten::native_batch_norm_backward(Tensor grad_out, Tensor input, Tensor? weight, Tensor? running_mean, "
           "Tensor? running_var, Tensor? save_mean, Tensor? save_invstd, bool train, float eps, bool[3] output_mask) "
           "-> (Tensor, Tensor, Tensor)")
        .kernel(&native_batch_norm_backward)
        .decomposition(R"(
def native_batch_norm_backward(grad_out: Tensor, input: Tensor, weight: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], save_mean: Optional[Tensor], save_invstd: Optional[Tensor], train: bool, eps: float, output_mask: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    shape = [1] * input.dim()
    shape[1] = input.size(1)
    dims = [d for d in range(input.dim()) if d != 1]
    if train:
        mean = input.mean(dims, True)
        rstd = ((input - mean).pow(2).mean(dims, True) + eps).pow(-0.5)
    else:
        assert running_mean is not None and running_var is not None
        mean = running_mean.reshape(shape)
        rstd = (running_var.reshape(shape) + eps).pow(-0.5)
    xhat = (input - mean) * rstd
    g = grad_out if weight is None else grad_out * weight.reshape(shape)
    if train:
        dx = rstd * (g - g.mean(dims, True) - xhat * (g * xhat).mean(dims, True))
    else:
        dx = rstd * g
    return dx, (grad_out * xhat).sum(dims), grad_out.sum(dims)
)");
    ops.add(
           "aten::native_layer_norm_backward(Tensor grad_out, Tensor input, SymInt[] normalized_shape, Tensor mean, "
           "Tensor rstd, Tensor? weight, Tensor? bias, bool[3] output_mask) -> (Tensor, Tensor, Tensor)")
        .kernel(&native_layer_norm_backward)
        .decomposition(R"(
def native_layer_norm_backward(grad_out: Tensor, input: Tensor, normalized_shape: List[int], mean: Tensor, rstd: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], output_mask: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    first = input.dim() - len(normalized_shape)
    dims = [d for d in range(first, input.dim())]
    centred = input - input.mean(dims, True)
    var = centred.pow(2).mean(dims, True)
    rstd = (var + (rstd.detach().pow(-2) - var.detach())).pow(-0.5)
    xhat = centred * rstd
    g = grad_out if weight is None else grad_out * weight
    dx = rstd * (g - g.mean(dims, True) - xhat * (g * xhat).mean(dims, True))
    dweight = grad_out * xhat
    dbias = grad_out
    if first > 0:
        rows = [d for d in range(first)]
        dweight = dweight.sum(rows)
        dbias = dbias.sum(rows)
    return dx, dweight, dbias
)");
    ops.add(
           "aten::native_group_norm_backward(Tensor grad_out, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, "
           "SymInt N, SymInt C, SymInt HxW, int group, bool[3] output_mask) -> (Tensor, Tensor, Tensor)")
        .kernel(&native_group_norm_backward)
        .decomposition(R"(
def native_group_norm_backward(grad_out: Tensor, input: Tensor, mean: Tensor, rstd: Tensor, weight: Optional[Tensor], N: int, C: int, HxW: int, group: int, output_mask: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    shape = [N, group, C // group, HxW]
    x = input.reshape(shape)
    dy = grad_out.reshape(shape)
    centred = x - x.mean([2, 3], True)
    var = centred.pow(2).mean([2, 3], True)
    rstd = (var + (rstd.detach().reshape([N, group, 1, 1]).pow(-2) - var.detach())).pow(-0.5)
    xhat = centred * rstd
    g = dy if weight is None else dy * weight.reshape([1, group, C // group, 1])
    dx = rstd * (g - g.mean([2, 3], True) - xhat * (g * xhat).mean([2, 3], True))
    return dx.reshape(input.size()), (dy * xhat).sum([0, 3]).reshape([C]), dy.sum([0, 3]).reshape([C])
)");
}

}  // namespace wick::jit
