// Random numbers of the gamma, Dirichlet and binomial distributions, and how such a number moves with its parameters.
//
// Numbers are PyTorch's, so every step is taken in the precision in which PyTorch takes it: T is the tensor's type,
// what a generator gives is double. Gradients need no such care; they are computed in double.

#include <cmath>
#include <limits>
#include <span>

#include "kernels/special.h"
#include "ops/op_errors.h"
#include "ops/random_fill.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

using kernels::special::digamma;

/// The inputs of a kernel for float32 and float64: of one dtype, broadcast to one shape, contiguous.
std::vector<Tensor> operands(std::string_view name, std::span<const Tensor> inputs) {
    const DType dtype = inputs[0].dtype();
    WICK_CHECK_IMPLEMENTED(dtype == DType::float32 || dtype == DType::float64, name, dtype);
    for (const Tensor& input : inputs)
        WICK_CHECK(input.dtype() == dtype, "Found dtype {} but expected {}", scalar_name_of(input.dtype()),
                   scalar_name_of(dtype));
    std::vector<Tensor> dense = expand_all(inputs);
    for (Tensor& one : dense) one = contiguous(one);
    return dense;
}

template <class T, size_t... kIndex, class F>
void fill_each(const Tensor& result, const std::vector<Tensor>& dense, std::index_sequence<kIndex...>, F& next) {
    T* to = result.mutable_data<T>();
    for (int64_t i = 0; i < result.numel(); ++i) to[i] = next(dense[kIndex].template data<T>()[i]...);
}

/// result[…] = next(inputs[…]...), element after element in the order of memory.
template <size_t kCount, class F>
Tensor each(std::string_view name, const Tensor (&inputs)[kCount], F&& next) {
    const std::vector<Tensor> dense = operands(name, inputs);
    const Tensor result = empty(dense[0].sizes(), dense[0].dtype());
    constexpr std::make_index_sequence<kCount> indices;
    if (result.dtype() == DType::float32)
        fill_each<float>(result, dense, indices, next);
    else
        fill_each<double>(result, dense, indices, next);
    return result;
}

/// Standard gamma numbers (Marsaglia and Tsang 2000), never 0. A shape alpha < 1 is that of a number of shape alpha +
/// 1, scaled by u^(1 / alpha).
template <class T>
T gamma_number(T alpha, RandomStream& stream) {
    constexpr T kSmallest = std::numeric_limits<T>::min();
    double scale = 1;
    if (alpha < 1) {
        if (alpha == 0) return kSmallest;
        scale *= std::pow(1 - stream.uniform(), 1 / alpha);
        alpha += 1;
    }
    const double d = alpha - static_cast<T>(1.0f / 3.0f);
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        double x, root;
        do {
            x = stream.normal();
            root = 1 + c * x;
        } while (root <= 0);
        const double v = root * root * root;
        const double u = 1 - stream.uniform();
        const double square = x * x;
        if (u < 1 - static_cast<double>(0.0331f) * square * square ||
            std::log(u) < 0.5 * square + d * (1 - v + std::log(v)))
            return std::max(kSmallest, static_cast<T>(scale * d * v));
    }
}

Tensor standard_gamma(const Tensor& self, GeneratorImpl& generator) {
    RandomStream stream(generator);
    return each("gamma_cpu", {self}, [&]<class T>(T alpha) { return gamma_number(alpha, stream); });
}

/// Gamma numbers over their sum, in double, between the smallest normal number and the largest below 1.
Tensor sample_dirichlet(const Tensor& self, GeneratorImpl& generator) {
    const Tensor shapes[] = {self};
    const Tensor numbers = standard_gamma(to_dtype(operands("dirichlet", shapes)[0], DType::float64), generator);
    const Tensor parts[] = {numbers, sum(numbers, DimVector{-1}, true)};
    const bool wide = self.dtype() == DType::float64;
    const double smallest = wide ? std::numeric_limits<double>::min() : std::numeric_limits<float>::min();
    const double largest = wide ? std::nextafter(1.0, 0.0) : std::nextafter(1.0f, 0.0f);
    auto part = [&](double number, double total) { return std::min(largest, std::max(smallest, number / total)); };
    fill_each<double>(numbers, operands("dirichlet", parts), std::make_index_sequence<2>(), part);
    return to_dtype(numbers, self.dtype());
}

/// What Stirling's approximation of log(k!) leaves out.
double stirling_tail(double k) {
    static constexpr double kFirst[] = {
        0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
        0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287};
    if (k < 10) return kFirst[static_cast<size_t>(k)];
    const double square = (k + 1) * (k + 1);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

/// Successes as the number of geometric waiting times that fit into `count` trials.
template <class T>
T binomial_by_waiting(T count, T p, RandomStream& stream) {
    const double log_failure = std::log1p(-p);
    double trials = 0;
    for (T successes = 0;; successes += 1) {
        trials += std::ceil(std::log(stream.uniform()) / log_failure);
        if (!(trials <= count)) return successes;
    }
}

/// Transformed rejection for count * p >= 10 (Hörmann 1993, BTRS).
template <class T>
T binomial_by_rejection(T count, T p, RandomStream& stream) {
    const double deviation = std::sqrt(count * p * (1 - p));
    const double b = 1.15 + 2.53 * deviation;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double centre = count * p + 0.5;
    const double tight = 0.92 - 4.2 / b;
    const double odds = p / (1 - p);
    const double alpha = (2.83 + 5.1 / b) * deviation;
    const double mode = std::floor((count + 1) * p);
    for (;;) {
        const double u = stream.uniform() - 0.5;
        const double v = stream.uniform();
        const double us = 0.5 - std::abs(u);
        const T k = static_cast<T>(std::floor((2 * a / us + b) * u + centre));
        if (k < 0 || k > count) continue;
        if (us >= 0.07 && v <= tight) return k;
        const double bound = (mode + 0.5) * std::log((mode + 1) / (odds * (count - mode + 1))) +
                             (count + 1) * std::log((count - mode + 1) / (count - k + 1)) +
                             (k + 0.5) * std::log(odds * (count - k + 1) / (k + 1)) + stirling_tail(mode) +
                             stirling_tail(count - mode) - stirling_tail(k) - stirling_tail(count - k);
        if (std::log(v * alpha / (a / (us * us) + b)) <= bound) return k;
    }
}

template <class T>
T binomial_number(T count, T p, RandomStream& stream) {
    if (count <= 0 || p <= 0) return 0;
    if (p >= 1) return count;
    if (std::isnan(p) || std::isnan(count)) return std::numeric_limits<T>::quiet_NaN();
    const bool mirrored = p > T(0.5);
    const T q = mirrored ? static_cast<T>(1.0 - p) : p;
    const T drawn = count * q >= 10 ? binomial_by_rejection(count, q, stream) : binomial_by_waiting(count, q, stream);
    return mirrored ? count - drawn : drawn;
}

Tensor binomial(const Tensor& count, const Tensor& prob, GeneratorImpl& generator) {
    for (const auto& [tensor, name] : {std::pair(&count, "count"), std::pair(&prob, "prob")})
        WICK_CHECK(is_floating(tensor->dtype()), "binomial only supports floating-point dtypes for {}, got: {}", name,
                   scalar_name_of(tensor->dtype()));
    RandomStream stream(generator);
    return each("binomial_cpu", {count, prob}, [&]<class T>(T n, T p) { return binomial_number(n, p, stream); });
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

/// A polynomial of the third degree.
double cubic(const double* c, double x) { return c[0] + x * (c[1] + x * (c[2] + x * c[3])); }

/// -(d cdf(x; alpha) / d alpha) / pdf(x; alpha) of the standard gamma distribution, after Jankowiak and Obermeyer 2018:
/// a series for small x, Rice's saddle point for large alpha, else a rational function of log(x / alpha) and
/// log(alpha).
double gamma_gradient(double alpha, double x) {
    if (x < 0.8) {
        double numerator = 1, denominator = alpha;
        double cdf = 1 / alpha, slope = 1 / (alpha * alpha);
        for (int i = 1; i <= 5; ++i) {
            numerator *= -x / i;
            denominator += 1;
            cdf += numerator / denominator;
            slope += numerator / (denominator * denominator);
        }
        return or_zero(-((std::log(x) - digamma(alpha)) * cdf - slope) * x * std::exp(x));
    }
    const double u = std::log(x / alpha);
    if (alpha > 8) {
        const double square = alpha * alpha;
        if (0.9 * alpha <= x && x <= 1.1 * alpha)
            return (1 + 24 * alpha * (1 + 12 * alpha)) *
                   (1440 * square + 6 * x * (53 - 120 * x) - 65 * x * x / alpha + alpha * (107 + 3600 * x)) /
                   (1244160 * square * square);
        const double root = std::sqrt(8 * alpha);
        const double away = alpha - x;
        const double power = std::pow(-away - alpha * u, -1.5);
        const double saddle = root / away + (away > 0 ? -power : power);
        const double term = u * saddle - std::sqrt(2 / alpha) * (alpha + x) / (away * away);
        const double stirling = 1 + 1 / (12 * alpha) * (1 + 1 / (24 * alpha));
        return -stirling * x * term / root;
    }
    static constexpr double kCoefficients[3][8] = {
        {0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084},
        {0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623},
        {0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367,
         -1.5247877e-07}};
    double c[8];
    for (int i = 0; i < 8; ++i) c[i] = kCoefficients[0][i] + u * (kCoefficients[1][i] + u * kCoefficients[2][i]);
    const double v = std::log(alpha);
    return std::exp(cubic(c, v) / cubic(c + 4, v));
}

/// The gradients of a beta number close to 0 by alpha, and of one by beta: Taylor series in x.
double beta_gradient_alpha_small(double x, double alpha, double beta) {
    const double factor = digamma(alpha) - digamma(alpha + beta) - std::log(x);
    double numerator = 1, series = 1 / alpha * (factor + 1 / alpha);
    for (int i = 1; i <= 10; ++i) {
        numerator *= (i - beta) * x / i;
        series += numerator / (alpha + i) * (factor + 1 / (alpha + i));
    }
    return or_zero(x * std::pow(1 - x, -beta) * series);
}
double beta_gradient_beta_small(double x, double alpha, double beta) {
    const double factor = digamma(alpha + beta) - digamma(beta);
    double numerator = 1, product = 1, slope = 0, series = factor / alpha;
    for (int i = 1; i <= 8; ++i) {
        numerator *= -x / i;
        slope = slope * (beta - i) + product;
        product *= beta - i;
        series += numerator / (alpha + i) * (slope + factor * product);
    }
    return or_zero(-std::pow(1 - x, 1 - beta) * series);
}

/// The same for large alpha and beta: Rice's saddle point, and its expansion at the mean, where it is singular.
double beta_gradient_saddle(double x, double alpha, double beta) {
    const double total = alpha + beta, mean = alpha / total;
    const double deviation = std::sqrt(alpha * beta / (total + 1)) / total;
    const double square = beta * beta;
    if (std::abs(x - mean) <= 0.1 * deviation) {
        const double polynomial =
            47 * x * square * square + alpha * ((43 + 20 * (16 + 27 * beta) * x) * square * beta +
                                                alpha * (3 * (59 + 180 * beta - 90 * x) * square +
                                                         alpha * ((453 + 1620 * beta * (1 - x) - 455 * x) * beta +
                                                                  alpha * (8 * (1 - x) * (135 * beta - 11)))));
        return (1 + 12 * alpha) * (1 + 12 * beta) / (total * total) / (1 - x) * polynomial /
               (12960 * alpha * alpha * alpha * square * (1 + 12 * total));
    }
    const auto stirling = [](double n) { return 1 + 1 / (12 * n) + 1 / (288 * n * n); };
    const double axis = alpha * (x - 1) + beta * x;
    const double first = (2 * alpha * alpha * (x - 1) + alpha * beta * (x - 1) - x * square) /
                         (std::sqrt(2 * alpha / beta) * std::pow(total, 1.5) * axis * axis);
    const double log_ratio = std::log(alpha / (total * x));
    const double power = std::pow(beta * std::log(beta / (total * (1 - x))) + alpha * log_ratio, -1.5);
    const double saddle = std::sqrt(8 * alpha * beta / total) / axis + (x < mean ? power : -power);
    return stirling(alpha) * stirling(beta) / stirling(total) * -x / std::sqrt(2 * alpha * beta / total) *
           (first + 0.5 * log_ratio * saddle);
}

/// -(d cdf(x; alpha, beta) / d alpha) / pdf(x; alpha, beta) / (1 - x) of the beta distribution, where beta is
/// total - alpha: what Dirichlet numbers are differentiated by (Jankowiak and Obermeyer 2018).
double dirichlet_gradient(double x, double alpha, double total) {
    const double beta = total - alpha, boundary = total * x * (1 - x);
    if (x <= 0.5 && boundary < 2.5) return beta_gradient_alpha_small(x, alpha, beta);
    if (x >= 0.5 && boundary < 0.75) return -beta_gradient_beta_small(1 - x, beta, alpha);
    if (alpha > 6 && beta > 6) return beta_gradient_saddle(x, alpha, beta);
    static constexpr double kNumerator[3][3][4] = {
        {{1.003668233, -0.01061107488, -0.0657888334, 0.01201642863},
         {0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033},
         {-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013}},
        {{0.221950385, -0.3187676331, 0.01799915743, 0.01074823814},
         {-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057},
         {0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05}},
        {{-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565},
         {0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181},
         {0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05}}};
    static constexpr double kDenominator[3][3][4] = {
        {{1, -0.02924021934, -0.04438342661, 0.007285809825},
         {0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521},
         {-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149}},
        {{0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273},
         {0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956},
         {-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05}},
        {{0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05},
         {0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05},
         {-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06}}};
    const double u = std::log(x), a = std::log(alpha) - u, b = std::log(total) - a;
    double numerator = 0, denominator = 0, power_u = 1;
    for (int i = 0; i < 3; ++i, power_u *= u) {
        double power = power_u;
        for (int j = 0; j < 3; ++j, power *= a) {
            numerator += power * cubic(kNumerator[i][j], b);
            denominator += power * cubic(kDenominator[i][j], b);
        }
    }
    return numerator / denominator * x * (digamma(total) - digamma(alpha)) / beta;
}

Tensor standard_gamma_grad(const Tensor& self, const Tensor& output) {
    return each("_standard_gamma_grad_cpu", {self, output},
                []<class T>(T alpha, T x) { return static_cast<T>(gamma_gradient(alpha, x)); });
}

Tensor dirichlet_grad(const Tensor& x, const Tensor& alpha, const Tensor& total) {
    return each("_dirichlet_grad_cpu", {x, alpha, total},
                []<class T>(T x, T alpha, T total) { return static_cast<T>(dirichlet_gradient(x, alpha, total)); });
}

}  // namespace

void register_random_gammas(Registry& ops) {
    ops.add("aten::_standard_gamma(Tensor self, Generator? generator=None) -> Tensor")
        .kernel(&standard_gamma)
        .side_effects()
        .out()
        .derivative("self", "grad * torch._standard_gamma_grad(self, result)");
    ops.add("aten::_standard_gamma_grad(Tensor self, Tensor output) -> Tensor").kernel(&standard_gamma_grad).out();
    // PyTorch has this gradient in torch.distributions.
    ops.add("aten::_sample_dirichlet(Tensor self, Generator? generator=None) -> Tensor")
        .kernel(&sample_dirichlet)
        .side_effects()
        .out()
        .derivative("self",
                    "torch._dirichlet_grad(result, self, self.sum(-1, True).expand_as(self)) * (grad - (result * "
                    "grad).sum(-1, True))");
    ops.add("aten::_dirichlet_grad(Tensor x, Tensor alpha, Tensor total) -> Tensor").kernel(&dirichlet_grad).out();
    ops.add("aten::binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor")
        .kernel(&binomial)
        .side_effects()
        .out();
}

}  // namespace wick::jit
