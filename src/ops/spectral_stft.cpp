// Short-time Fourier transforms of signals [time] or [batch, time] and back.
#include "ops/recorded.h"
#include "ops/spectral.h"

namespace wick::jit {

using namespace ops;

namespace {

using MaybeInt = std::optional<int64_t>;
using MaybeBool = std::optional<bool>;

std::string shown(const MaybeBool& flag) { return flag ? fmt::format("{}", static_cast<int>(*flag)) : "None"; }

std::string shown_window(const Tensor& window) {
    if (!window.defined()) return "None";
    return fmt::format("torch.{}Tensor{{{}}}", scalar_name_of(window.dtype()), format_sizes(window.sizes()));
}

Tensor zero_padded(const Tensor& self, int64_t left, int64_t right) {
    if (left == 0 && right == 0) return self;
    return recorded::call("aten::constant_pad_nd", self, std::vector<int64_t>{left, right});
}

Tensor transform(std::string_view name, const Tensor& self, FftNorm norm, IValue last) {
    return recorded::call(name, self, std::vector<int64_t>{2}, static_cast<int64_t>(norm), std::move(last));
}

Tensor as_complex(const Tensor& self) { return recorded::to_dtype(self, fft_input(self, true).dtype()); }

/// The window as wide as a frame, in its middle; undefined when it changes nothing.
Tensor frame_window(const Tensor& window, int64_t win_length, int64_t n_fft, DType dtype) {
    if (!window.defined() && win_length == n_fft) return window;
    const int64_t left = (n_fft - win_length) / 2;
    return zero_padded(window.defined() ? window : ones({win_length}, dtype), left, n_fft - win_length - left);
}

Tensor stft(const Tensor& self, int64_t n_fft, MaybeInt hop, MaybeInt win, const Tensor& window, bool normalized,
            MaybeBool onesided, MaybeBool return_complex, MaybeBool align_to_window) {
    const int64_t hop_length = hop.value_or(n_fft >> 2), win_length = win.value_or(n_fft);
    const bool complex = is_complex(self.dtype()) || (window.defined() && is_complex(window.dtype()));
    WICK_CHECK(return_complex || complex,
               "stft requires the return_complex parameter be given for real inputs, and will further require that "
               "return_complex=True in a future PyTorch release.");
    const auto call = [&] {
        return fmt::format(
            "stft(torch.{}Tensor{}, n_fft={}, hop_length={}, win_length={}, window={}, normalized={}, onesided={}, "
            "return_complex={}, align_to_window={}) ",
            scalar_name_of(self.dtype()), format_sizes(self.sizes()), n_fft, hop_length, win_length,
            shown_window(window), static_cast<int>(normalized), shown(onesided),
            static_cast<int>(return_complex.value_or(true)), shown(align_to_window));
    };
    WICK_CHECK(is_floating(self.dtype()) || is_complex(self.dtype()),
               "{}: expected a tensor of floating point or complex values", call());
    WICK_CHECK(self.dim() == 1 || self.dim() == 2, "{}: expected a 1D or 2D tensor", call());
    Tensor input = self.dim() == 1 ? recorded::unsqueeze(self, 0) : self;
    const int64_t length = input.size(1);
    WICK_CHECK(n_fft > 0 && n_fft <= length, "{}: expected 0 < n_fft < {}, but got n_fft={}", call(), length, n_fft);
    WICK_CHECK(hop_length > 0, "{}: expected hop_length > 0, but got hop_length={}", call(), hop_length);
    WICK_CHECK(win_length > 0 && win_length <= n_fft, "{}: expected 0 < win_length <= n_fft, but got win_length={}",
               call(), win_length);
    WICK_CHECK(!window.defined() || (window.dim() == 1 && window.size(0) == win_length),
               "{}: expected a 1D window tensor of size equal to win_length={}, but got window with size {}", call(),
               win_length, format_sizes(window.sizes()));
    const Tensor wide_window = frame_window(window, win_length, n_fft, to_real(self.dtype()));
    if (align_to_window.value_or(false)) {
        const int64_t left = (n_fft - win_length) / 2;
        input = zero_padded(input, left, n_fft - win_length - left);
    }
    Tensor frames = recorded::call("aten::unfold", input, 1, n_fft, hop_length);
    if (wide_window.defined()) frames = recorded::multiply(frames, wide_window);
    const bool half = onesided.value_or(!complex);
    const FftNorm norm = normalized ? FftNorm::by_root_n : FftNorm::none;
    if (complex) WICK_CHECK(!half, "Cannot have onesided output if window or input is complex");
    Tensor result = complex ? transform("aten::_fft_c2c", as_complex(frames), norm, true)
                            : transform("aten::_fft_r2c", frames, norm, half);
    result = recorded::transpose(result, 1, 2);
    if (self.dim() == 1) result = recorded::squeeze(result, 0);
    return return_complex.value_or(true) ? result : recorded::call("aten::view_as_real", result);
}

Tensor stft_center(const Tensor& self, int64_t n_fft, MaybeInt hop, MaybeInt win, const Tensor& window, bool center,
                   std::string_view pad_mode, bool normalized, MaybeBool onesided, MaybeBool return_complex,
                   MaybeBool align_to_window) {
    WICK_CHECK(!center || !align_to_window, "stft align_to_window should only be set when center = false.");
    Tensor input = self;
    if (center && (self.dim() == 1 || self.dim() == 2) && n_fft > 0) {
        DimVector sizes(self.sizes());
        while (sizes.size() < 3) sizes.insert(0, 1);
        const std::vector<int64_t> pad{n_fft / 2, n_fft / 2};
        input = recorded::call("aten::pad", recorded::reshape(self, sizes), pad, pad_mode);
        input = recorded::reshape(
            input, input.sizes().slice(static_cast<size_t>(3 - self.dim()), static_cast<size_t>(self.dim())));
    }
    return stft(input, n_fft, hop, win, window, normalized, onesided, return_complex, align_to_window);
}

/// result[b, t * hop + k] += frames[b, t, k]
Tensor overlap_added(const Tensor& frames, int64_t hop) {
    const int64_t batch = frames.size(0), count = frames.size(1), n = frames.size(2);
    const int64_t length = n + hop * (count - 1);
    const Tensor dense = contiguous(frames), result = zeros({batch, length}, frames.dtype());
    dispatch_dtype(frames.dtype(), [&]<class T>() {
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::complex<float>> ||
                      std::is_same_v<T, std::complex<double>>) {
            const T* from = dense.data<T>();
            T* to = result.mutable_data<T>();
            for (int64_t b = 0; b < batch; ++b)
                for (int64_t t = 0; t < count; ++t)
                    for (int64_t k = 0; k < n; ++k) to[b * length + t * hop + k] += from[(b * count + t) * n + k];
        }
    });
    return result;
}

Tensor overlapped(const Tensor& frames, int64_t hop) { return recorded::call("wick::overlap_add", frames, hop); }

Tensor istft(const Tensor& self, int64_t n_fft, MaybeInt hop, MaybeInt win, const Tensor& window, bool center,
             bool normalized, MaybeBool onesided, MaybeInt length, bool return_complex) {
    const int64_t hop_length = hop.value_or(n_fft >> 2), win_length = win.value_or(n_fft);
    WICK_CHECK(is_complex(self.dtype()),
               "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.");
    const auto call = [&] {
        return fmt::format(
            "istft(CPU{}Type{}, n_fft={}, hop_length={}, win_length={}, window={}, center={}, normalized={}, "
            "onesided={}, length={}, return_complex={}) ",
            scalar_name_of(self.dtype()), format_sizes(self.sizes()), n_fft, hop_length, win_length,
            shown_window(window), static_cast<int>(center), static_cast<int>(normalized), shown(onesided),
            length ? fmt::format("{}", *length) : "None", static_cast<int>(return_complex));
    };
    // PyTorch counts the pair of real and imaginary parts as a dimension.
    WICK_CHECK(self.numel() != 0, "{}: input tensor cannot be empty.", call());
    WICK_CHECK(self.dim() == 2 || self.dim() == 3, "{}: expected a tensor with 3 or 4 dimensions, but got {}", call(),
               self.dim() + 1);
    const Tensor input = self.dim() == 2 ? recorded::unsqueeze(self, 0) : self;
    const int64_t bins = input.size(1);
    const bool half = onesided.value_or(bins != n_fft);
    WICK_CHECK(!half || n_fft / 2 + 1 == bins,
               "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when "
               "onesided=True, but got {}",
               call(), bins);
    WICK_CHECK(half || n_fft == bins,
               "{}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when "
               "onesided=False, but got {}",
               call(), bins);
    WICK_CHECK(0 < hop_length && hop_length <= win_length, "{}: expected 0 < hop_length <= win_length", call());
    WICK_CHECK(0 < win_length && win_length <= n_fft, "{}: expected 0 < win_length <= n_fft", call());
    WICK_CHECK(!window.defined() || (window.dim() == 1 && window.size(0) == win_length),
               "{}: Invalid window shape. window has to be 1D and length of `win_length`", call());
    const bool complex_window = window.defined() && is_complex(window.dtype());
    WICK_CHECK(return_complex || !complex_window, "Complex windows are incompatible with return_complex=False");
    WICK_CHECK(!return_complex || !half, "Cannot have onesided output if window or input is complex");

    const DType real = to_real(self.dtype());
    const Tensor given = frame_window(window.defined() ? window : ones({win_length}, real), win_length, n_fft, real);
    const Tensor spectra = recorded::transpose(input, 1, 2);
    const FftNorm norm = normalized ? FftNorm::by_root_n : FftNorm::by_n;
    Tensor frames;
    if (return_complex) {
        frames = transform("aten::_fft_c2c", spectra, norm, false);
    } else {
        frames =
            transform("aten::_fft_c2r", half ? spectra : recorded::narrow(spectra, 2, 0, n_fft / 2 + 1), norm, n_fft);
    }
    const Tensor signal = overlapped(recorded::multiply(frames, given), hop_length);
    const int64_t count = input.size(2);
    const Tensor square = recorded::abs(recorded::multiply(given, given));
    const Tensor envelope = overlapped(
        recorded::to_dtype(recorded::expand(square, {1, count, n_fft}), to_real(signal.dtype())), hop_length);
    const int64_t full = signal.size(1), start = center ? n_fft / 2 : 0;
    const int64_t end = std::clamp<int64_t>(length   ? start + std::min(*length, full)
                                            : center ? full - n_fft / 2
                                                     : full,
                                            start, full);
    const Tensor kept = recorded::narrow(signal, 1, start, end - start);
    const Tensor weight = recorded::narrow(envelope, 1, start, end - start);
    const Tensor least = amin(weight);
    WICK_CHECK(to_dtype(least, DType::float64).item().to_double() > 1e-11, "{}window overlap add min: 1", call());
    Tensor result = recorded::divide(kept, weight);
    if (self.dim() == 2) result = recorded::squeeze(result, 0);
    if (length && *length > end - start) result = zero_padded(result, 0, *length - (end - start));
    return result;
}

}  // namespace

void register_spectral_stft(Registry& ops) {
    ops.add("wick::overlap_add(Tensor frames, int hop) -> Tensor")
        .kernel(&overlap_added)
        .derivative("frames", "grad.unfold(1, frames.size(2), hop)");
    ops.add(
           "aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool "
           "normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor")
        .kernel(&stft)
        .differentiated_by_parts();
    ops.add(
           "aten::stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, "
           "bool center=True, str pad_mode=\"reflect\", bool normalized=False, bool? onesided=None, bool? "
           "return_complex=None, bool? align_to_window=None) -> Tensor")
        .kernel(&stft_center)
        .differentiated_by_parts();
    ops.add(
           "aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool "
           "center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> "
           "Tensor")
        .kernel(&istft)
        .differentiated_by_parts();
}

}  // namespace wick::jit
