// Transforms against the sum that defines them: lengths x rows side by side x instruction sets.
#include "kernels/fft.h"

#include <complex>

#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

// Powers of two, mixed radices, primes with a pass of their own and primes that need a convolution.
constexpr int64_t kLengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 30, 31, 37, 49, 64, 74, 100, 128, 243};
constexpr int64_t kLanes[] = {1, 3, 16};

using Complex = std::complex<double>;

template <class T>
struct Buffers {
    explicit Buffers(int64_t values)
        : memory(reference::random<T>(static_cast<size_t>(4 * values), 7)), values(values) {}
    Planes<T> data() { return {memory.data(), memory.data() + values}; }
    Planes<T> work() { return {memory.data() + 2 * values, memory.data() + 3 * values}; }
    std::vector<T> memory;
    int64_t values;
};

std::vector<Complex> transform(const std::vector<Complex>& x) {
    const size_t n = x.size();
    std::vector<Complex> y(n), roots;
    for (size_t j = 0; j < n; ++j)
        roots.push_back(std::polar(1.0, -2 * M_PI * static_cast<double>(j) / static_cast<double>(n)));
    for (size_t k = 0; k < n; ++k)
        for (size_t j = 0; j < n; ++j) y[k] += x[j] * roots[j * k % n];
    return y;
}

template <class T>
void expect_row(Planes<T> actual, int64_t lanes, int64_t lane, const std::vector<Complex>& expected, size_t count) {
    double norm = 0, error = 0;
    for (size_t k = 0; k < expected.size(); ++k) norm += std::norm(expected[k]);
    for (size_t k = 0; k < count; ++k) {
        const size_t at = k * static_cast<size_t>(lanes) + static_cast<size_t>(lane);
        error += std::norm(expected[k] - Complex(actual.re[at], actual.im[at]));
    }
    EXPECT_LE(std::sqrt(error), (sizeof(T) == 4 ? 1e-6 : 1e-14) * std::sqrt(norm) + 1e-30);
}

template <class T>
void check_complex(int64_t n, int64_t lanes) {
    SCOPED_TRACE(testing::Message() << "n=" << n << " lanes=" << lanes << " bytes=" << sizeof(T));
    const auto plan = FftPlan<T>::of(n);
    ASSERT_GE(plan->room(), n);
    Buffers<T> buffers(plan->room() * lanes);
    const std::vector<T> input = buffers.memory;
    const Planes<T> result = plan->forward(buffers.data(), buffers.work(), lanes);
    for (int64_t l = 0; l < lanes; ++l) {
        std::vector<Complex> x;
        for (int64_t j = 0; j < n; ++j)
            x.emplace_back(input[static_cast<size_t>(j * lanes + l)],
                           input[static_cast<size_t>(buffers.values + j * lanes + l)]);
        expect_row(result, lanes, l, transform(x), static_cast<size_t>(n));
    }
}

template <class T>
void check_real(int64_t n, int64_t lanes) {
    SCOPED_TRACE(testing::Message() << "real n=" << n << " lanes=" << lanes << " bytes=" << sizeof(T));
    const auto plan = RealFftPlan<T>::of(n);
    Buffers<T> buffers(plan->room() * lanes);
    const auto rows = reference::random<T>(static_cast<size_t>(n * lanes), 3);
    const auto place = [&](Planes<T> planes, int64_t j, int64_t l) -> T& {
        if (!plan->halved()) return planes.re[j * lanes + l];
        return (j % 2 ? planes.im : planes.re)[j / 2 * lanes + l];
    };
    for (int64_t j = 0; j < n; ++j)
        for (int64_t l = 0; l < lanes; ++l) place(buffers.data(), j, l) = rows[static_cast<size_t>(j * lanes + l)];
    const Planes<T> result = plan->forward(buffers.data(), buffers.work(), lanes);
    for (int64_t l = 0; l < lanes; ++l) {
        std::vector<Complex> x;
        for (int64_t j = 0; j < n; ++j) x.emplace_back(rows[static_cast<size_t>(j * lanes + l)]);
        expect_row(result, lanes, l, transform(x), static_cast<size_t>(n / 2 + 1));
    }
    // And back, which multiplies by n. What stands in the imaginary parts of the ends does not matter.
    const Planes<T> other = result.re == buffers.data().re ? buffers.work() : buffers.data();
    for (int64_t l = 0; l < lanes; ++l) {
        result.im[l] = 5;
        if (plan->halved()) result.im[n / 2 * lanes + l] = 7;
    }
    const Planes<T> back = plan->inverse(result, other, lanes);
    for (int64_t j = 0; j < n; ++j)
        for (int64_t l = 0; l < lanes; ++l)
            EXPECT_NEAR(place(back, j, l) / static_cast<double>(n), rows[static_cast<size_t>(j * lanes + l)],
                        sizeof(T) == 4 ? 3e-6 : 1e-13);
}

class Fft : public TargetTest {};

TEST_P(Fft, IsTheDefiningSum) {
    for (int64_t n : kLengths) {
        for (int64_t lanes : kLanes) {
            check_complex<float>(n, lanes);
            check_complex<double>(n, lanes);
        }
    }
}

TEST_P(Fft, OfRealRowsThereAndBack) {
    for (int64_t n : kLengths) {
        for (int64_t lanes : kLanes) {
            check_real<float>(n, lanes);
            check_real<double>(n, lanes);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fft, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels
