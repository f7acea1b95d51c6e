#pragma once
// Discrete Fourier transforms of any length in float and double, several rows side by side.
//
//   forward   y[k] = sum_j x[j] exp(-2 pi i j k / n)
//
// Nothing is normalised. The inverse is the forward transform with real and imaginary parts exchanged on the way in and
// out. Lengths made of primes up to 31 run as mixed-radix passes (Stockham's self-sorting form), others as a
// convolution with a chirp (Bluestein). Rows lie interleaved, real and imaginary parts apart: element j of row l is at
// [j * lanes + l], so one vector holds the same element of several rows. Single-threaded; callers split rows between
// threads.

#include <cstdint>
#include <memory>
#include <vector>

namespace wick::kernels {

/// Real and imaginary parts of interleaved rows.
template <class T>
struct Planes {
    T* re;
    T* im;
};

/// One mixed-radix pass: `groups` butterflies of `radix` points; twiddles of output k (1 … radix-1) of group p at
/// [(k - 1) * groups + p].
template <class T>
struct FftStage {
    int64_t radix, groups;
    std::vector<T> twiddle_re, twiddle_im;
    std::vector<T> root_re, root_im;  ///< exp(-2 pi i j / radix), of radices without a butterfly of their own
};

/// What a length needs: immutable, shared by all threads.
template <class T>
class FftPlan {
 public:
    /// n >= 1.
    explicit FftPlan(int64_t n);
    ~FftPlan();
    /// The plan of a length; those of moderate lengths are made once per process.
    static std::shared_ptr<const FftPlan> of(int64_t n);

    int64_t length() const { return n_; }
    /// Elements per row that each plane of `data` and `work` must have room for; at least n.
    int64_t room() const;
    /// Transforms the first n elements of `lanes` rows in `data`; the result stands in the planes that are returned,
    /// which are those of `data` or of `work`. Both are overwritten.
    Planes<T> forward(Planes<T> data, Planes<T> work, int64_t lanes) const;

 private:
    Planes<T> chirped(Planes<T> data, Planes<T> work, int64_t lanes) const;

    int64_t n_;
    std::vector<FftStage<T>> stages_;
    // Bluestein: the convolution's transform, the chirp and the transform of its conjugate divided by the length.
    std::shared_ptr<const FftPlan> convolution_;
    std::vector<T> chirp_re_, chirp_im_, filter_re_, filter_im_;
};

/// Transforms between real rows of n and their n / 2 + 1 first frequencies.
template <class T>
class RealFftPlan {
 public:
    explicit RealFftPlan(int64_t n);
    static std::shared_ptr<const RealFftPlan> of(int64_t n);
    int64_t room() const { return plan_->room() + 1; }
    /// Element j of a row's real input goes here before forward, and comes from here after inverse: even lengths keep
    /// even elements in `re` and odd ones in `im` at [j / 2], odd lengths keep all in `re` at [j].
    bool halved() const { return n_ % 2 == 0; }
    /// Frequencies 0 … n / 2 of the rows loaded in `data`.
    Planes<T> forward(Planes<T> data, Planes<T> work, int64_t lanes) const;
    /// Rows from frequencies 0 … n / 2; the imaginary parts of frequency 0, and of n / 2 for even n, are taken as 0.
    Planes<T> inverse(Planes<T> data, Planes<T> work, int64_t lanes) const;

 private:
    /// forward of 2 * half rows of odd length.
    Planes<T> in_pairs(Planes<T> data, Planes<T> work, int64_t half) const;

    int64_t n_;
    std::shared_ptr<const FftPlan<T>> plan_;
    std::vector<T> turn_re_, turn_im_;  // exp(-2 pi i k / n), k <= n / 2, of even lengths
};

// Rows of a tensor to planes and back. Rows hold pairs: real and imaginary parts, or neighbours of an even number of
// real elements. Elements of planes are multiplied by `scale` on the way out.

/// to[j][l] = pair j of rows[l], j < n, l < lanes.
template <class T>
void load_pairs(const T* const* rows, int64_t lanes, int64_t n, Planes<T> to);
template <class T>
void store_pairs(T* const* rows, int64_t lanes, int64_t n, T scale, Planes<T> from);
/// Of rows whose pairs are `stride` apart, and which begin one pair behind the other, at `first`.
template <class T>
void load_columns(const T* first, int64_t stride, int64_t lanes, int64_t n, Planes<T> to);
template <class T>
void store_columns(T* first, int64_t stride, int64_t lanes, int64_t n, T scale, Planes<T> from);

namespace internal {

/// The first h + 1 frequencies x of real rows from the transforms z of their pairs, where turn[k] = exp(-pi i k / h).
template <class T>
void fft_unfold(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> z, Planes<T> x);

/// The way back: z from x, twice as large and conjugated turns.
template <class T>
void fft_fold(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> x, Planes<T> z);

/// y = one pass over x, where `count` values (lanes times the product of the radices done) stand side by side.
template <class T>
void fft_stage(const FftStage<T>& stage, int64_t count, Planes<T> x, Planes<T> y);

}  // namespace internal

}  // namespace wick::kernels
