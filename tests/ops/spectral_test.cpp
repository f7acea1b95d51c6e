// torch.fft, stft and windows against numbers that PyTorch gives.
#include "op_testing.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;

static const IValue kNone;

/// Real and imaginary parts in turn.
static D parts(const Tensor& self) { return values(call("aten::view_as_real", self)); }

static Tensor complex(std::vector<float> real, std::vector<float> imag, std::optional<DimVector> sizes = std::nullopt) {
    return call("aten::complex", tensor(std::move(real), sizes), tensor(std::move(imag), sizes));
}
static const Tensor& five() {
    static const Tensor x = tensor({1.f, 2.f, 4.f, -1.f, 3.f});
    return x;
}

TEST(Spectral, OneDimension) {
    expect_close(parts(call("aten::fft_rfft", five())), {9, 0, 0.1180339, -1.9878697, -2.1180339, 5.3430681}, 1e-5);
    expect_close(parts(call("aten::fft_rfft", five(), 4, -1, "ortho")), {3, 0, -1.5, -1.5, 2, 0});
    expect_close(parts(call("aten::fft_fft", five(), 7, 0, "forward")),
                 {1.2857144, 0, -0.0635774, -0.5325485, -0.2574196, -0.4773782, 0.1781400, 0.8798958, 0.1781400,
                  -0.8798958, -0.2574196, 0.4773782, -0.0635774, 0.5325485},
                 1e-5);
    const Tensor half = complex({1, 3, 2}, {2, -1, 5});
    expect_close(values(call("aten::fft_irfft", half)), {2.25, 0.25, -0.75, -0.75});
    expect_close(values(call("aten::fft_irfft", half, 5)), {2.2, -0.8715411, 1.6136203, -2.6608338, 0.7187546}, 1e-5);
    expect_close(values(call("aten::fft_hfft", half)), {9, -3, -3, 1});
    expect_close(parts(call("aten::fft_ihfft", five())), {1.8, 0, 0.0236068, 0.3975739, -0.4236068, -1.0686135}, 1e-5);
    expect_close(values(call("aten::real", call("aten::fft_ifft", call("aten::fft_fft", five())))), {1, 2, 4, -1, 3});
    EXPECT_EQ(call("aten::fft_fft", counting({3}, DType::int64)).dtype(), DType::complex64);
    EXPECT_EQ(call("aten::fft_rfft", counting({3}, DType::float64)).dtype(), DType::complex128);
}

TEST(Spectral, SeveralDimensions) {
    const Tensor m = counting({2, 3});
    expect_close(parts(call("aten::fft_rfft2", m)), {15, 0, -3, 1.7320508, -9, 0, 0, 0}, 1e-6);
    const Tensor columns = call("aten::fft_fft", m, kNone, 0);
    expect_close(parts(columns), {3, 0, 5, 0, 7, 0, -3, 0, -3, 0, -3, 0});
    EXPECT_EQ(strides(columns), (V{1, 2})) << "transformed dimensions lie innermost";
    const Tensor z = complex({0, 1, 2, 3, 4, 5}, {0, 2, 4, 6, 8, 10}, DimVector{2, 3});
    expect_close(values(call("aten::fft_irfftn", z)), {2.5, -3, 0, 2, -1.5, 1.5, 0, -1.5});
    expect_close(values(call("aten::fft_hfft2", z)), {20, 16, 0, -24, -12, -12, 0, 12});
    expect_close(parts(call("aten::fft_ihfft2", m)), {2.5, 0, -0.5, -0.2886751, -1.5, 0, 0, 0}, 1e-6);
    const Tensor back = call("aten::fft_ifftn", call("aten::fft_fftn", z));
    expect_close(parts(back), parts(z));
    EXPECT_EQ(sizes(call("aten::fft_fftn", m, std::vector<int64_t>{5}, std::vector<int64_t>{0})), (V{5, 3}));
}

TEST(Spectral, ManyRowsOfAnyLayout) {
    // Each row must come out as it does alone, whatever the block it was part of.
    const Tensor wide = call("aten::sin", ops::transpose(counting({37, 21}), 0, 1));
    const Tensor all = call("aten::fft_rfft", wide);
    for (int64_t row : {0, 15, 16, 20})
        expect_close(parts(ops::select(all, 0, row)),
                     parts(call("aten::fft_rfft", ops::contiguous(ops::select(wide, 0, row)))), 1e-5);
}

TEST(Spectral, NoSignalsOfAnyLength) {
    constexpr int64_t kLongest = std::numeric_limits<int64_t>::max();
    const Tensor none = tensor(std::vector<float>(), DimVector{0, 3});
    EXPECT_EQ(call("aten::fft_fft", none, kLongest).sizes(), (V{0, kLongest}));
    EXPECT_EQ(call("aten::fft_ifft", none, kLongest).sizes(), (V{0, kLongest}));
    EXPECT_EQ(call("aten::fft_rfft", none, kLongest).sizes(), (V{0, kLongest / 2 + 1}));
    EXPECT_EQ(call("aten::fft_irfft", none, kLongest).sizes(), (V{0, kLongest}));
}

TEST(Spectral, Frequencies) {
    expect_close(values(call("aten::fft_fftfreq", 5, 0.5)), {0, 0.4, 0.8, -0.8, -0.4});
    expect_close(values(call("aten::fft_rfftfreq", 5, 0.5)), {0, 0.4, 0.8});
    EXPECT_EQ(values(call("aten::fft_fftshift", call("aten::fft_fftfreq", 4))), (D{-0.5, -0.25, 0, 0.25}));
    EXPECT_EQ(values(call("aten::fft_ifftshift", counting({5}))), (D{2, 3, 4, 0, 1}));
}

TEST(Spectral, ShortTimeTransformAndBack) {
    const Tensor signal = counting({8});
    const Tensor window = call("aten::hann_window", 4);
    const Tensor spectrum = call("aten::stft.center", signal, 4, 2, kNone, window, true, "reflect", false, kNone, true);
    expect_close(parts(spectrum),
                 {1, 0, 4, 0, 8, 0, 12, 0, 12, 0, 0, 0, -2, 1, -4, 1, -6, 1, -6, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    expect_close(values(call("aten::istft", spectrum, 4, 2, kNone, window)), values(signal));
    expect_close(parts(call("aten::stft", signal, 4, 2, 3, tensor({1.f, 1.f, 1.f}), true, kNone, true)),
                 {1.5, 0, 4.5, 0, 7.5, 0, -1, -0.5, -1, -1.5, -1, -2.5, 0.5, 0, 1.5, 0, 2.5, 0});
    EXPECT_EQ(sizes(call("aten::istft", spectrum, 4, 2, kNone, window, true, false, kNone, 11)), (V{11}));
    EXPECT_EQ(
        sizes(call("aten::stft", counting({40}), 16, 4, 9, ops::ones({9}, DType::float32), false, kNone, true, true)),
        (V{9, 8}));
}

TEST(Spectral, Windows) {
    expect_close(values(call("aten::kaiser_window.beta", 4, false, 3.0)), {0.2048847, 0.8712419, 0.8712419, 0.2048847},
                 1e-6);
    expect_close(values(call("aten::hann_window", 4)), {0, 0.5, 1, 0.5});
    expect_close(values(call("aten::hamming_window.periodic_alpha_beta", 6, true, 0.3, 0.7)),
                 {-0.4, -0.05, 0.65, 1, 0.65, -0.05});
    EXPECT_EQ(values(call("aten::bartlett_window.periodic", 1, true)), (D{1}));
}

TEST(Spectral, Errors) {
    const Tensor z = complex({1}, {1});
    EXPECT_EQ(error_of([&] { call("aten::fft_fft", five(), 0); }), "Invalid number of data points (0) specified");
    EXPECT_EQ(error_of([&] { call("aten::fft_fft", five(), kNone, -1, "x"); }), "Invalid normalization mode: \"x\"");
    EXPECT_EQ(error_of([&] { call("aten::fft_rfft", z); }), "rfft expects a real input tensor, but got ComplexFloat");
    EXPECT_EQ(error_of([&] { call("aten::fft_fft", ops::to_dtype(five(), DType::float16)); }),
              "Unsupported dtype Half");
    EXPECT_EQ(error_of([&] {
                  call("aten::fft_fftn", five(), kNone, std::vector<int64_t>{0, 0});
              }),
              "FFT dims must be unique");
    EXPECT_EQ(error_of([&] { call("aten::fft_rfftn", five(), kNone, std::vector<int64_t>{}); }),
              "rfftn must transform at least one axis");
    EXPECT_EQ(error_of([&] { call("aten::stft", five(), 9, kNone, kNone, kNone, false, kNone, true); }),
              "stft(torch.FloatTensor[5], n_fft=9, hop_length=2, win_length=9, window=None, normalized=0, "
              "onesided=None, return_complex=1, "
              "align_to_window=None) : expected 0 < n_fft < 5, but got n_fft=9");
    EXPECT_EQ(error_of([&] { call("aten::kaiser_window", -1); }),
              "kaiser_window requires non-negative window_length, got window_length=-1");
}

}  // namespace wick::testing
