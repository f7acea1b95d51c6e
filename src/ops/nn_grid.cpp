// Sampling at arbitrary positions: grid_sample and affine_grid (Jaderberg et al., "Spatial Transformer Networks",
// 2015).
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/weighted_gather.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

enum class Interpolation : int64_t { bilinear = 0, nearest = 1, bicubic = 2 };
enum class Padding : int64_t { zeros = 0, border = 1, reflection = 2 };

/// Grid coordinates run from -1 to 1 over a dimension of `size`, either from centre to centre of the outer pixels
/// (align_corners) or from outer edge to outer edge.
template <class T>
T to_pixels(T coordinate, int64_t size, bool align_corners) {
    const T n = static_cast<T>(size);
    return align_corners ? (coordinate + 1) / 2 * (n - 1) : ((coordinate + 1) * n - 1) / 2;
}

/// x folded back and forth into [low / 2, high / 2].
template <class T>
T reflect(T x, int64_t twice_low, int64_t twice_high) {
    if (twice_low == twice_high) return T(0);
    const T low = static_cast<T>(twice_low) / 2, span = static_cast<T>(twice_high - twice_low) / 2;
    x = std::fabs(x - low);
    const T extra = std::fmod(x, span);
    const bool even = std::fmod(std::floor(x / span), T(2)) == 0;
    return even ? extra + low : span - extra + low;
}

template <class T>
T pad_position(T x, int64_t size, Padding padding, bool align_corners) {
    if (padding == Padding::reflection)
        x = align_corners ? reflect(x, 0, 2 * (size - 1)) : reflect(x, -1, 2 * size - 1);
    if (padding != Padding::zeros) x = std::clamp(x, T(0), static_cast<T>(size - 1));
    // What is no number, or too large for an index, lies outside.
    if (!(std::fabs(x) < T(1e9))) x = T(-100);
    return x;
}

/// std::floor, without a call of the library for what is no larger than images are.
template <class T>
T floor_of(T x) {
    if (!(std::fabs(x) < T(1e9))) return std::floor(x);
    const T towards_zero = static_cast<T>(static_cast<int64_t>(x));
    return towards_zero > x ? towards_zero - 1 : towards_zero;
}

/// d pad_position / dx, as PyTorch has it: 0 where the position is moved to a border, and on it.
template <class T>
T pad_slope(T x, int64_t size, Padding padding, bool align_corners) {
    T slope = 1;
    if (padding == Padding::reflection) {
        const T low = align_corners ? T(0) : T(-0.5), span = static_cast<T>(align_corners ? size - 1 : size);
        if (span <= 0) return T(0);
        const T distance = x - low;
        const bool even = std::fmod(std::floor(std::fabs(distance) / span), T(2)) == 0;
        slope = (distance < 0) == even ? T(-1) : T(1);
        x = align_corners ? reflect(x, 0, 2 * (size - 1)) : reflect(x, -1, 2 * size - 1);
    }
    return padding == Padding::zeros || (x > 0 && x < static_cast<T>(size - 1)) ? slope : T(0);
}

/// pad_position and pad_slope of each of the pixels along a dimension of `size`.
std::tuple<Tensor, Tensor> grid_padding(const Tensor& pixels, int64_t size, int64_t padding, bool align_corners) {
    const Tensor x = compute_input(pixels, DType::float64), position = empty(x.sizes(), DType::float64),
                 slope = empty(x.sizes(), DType::float64);
    double *to = position.mutable_data<double>(), *to_slope = slope.mutable_data<double>();
    for (int64_t i = 0; i < x.numel(); ++i) {
        const double pixel = x.data<double>()[i];
        to[i] = pad_position(pixel, size, Padding{padding}, align_corners);
        to_slope[i] = pad_slope(pixel, size, Padding{padding}, align_corners);
    }
    return {to_dtype(position, pixels.dtype()), to_dtype(slope, pixels.dtype())};
}

/// Elements at integer positions; zero outside.
template <class T>
struct Plane {
    const T* data;
    int64_t depth, height, width;
    /// -1 outside.
    int64_t offset(int64_t d, int64_t h, int64_t w) const {
        return d >= 0 && d < depth && h >= 0 && h < height && w >= 0 && w < width ? (d * height + h) * width + w : -1;
    }
    T at(int64_t d, int64_t h, int64_t w) const {
        const int64_t place = offset(d, h, w);
        return place < 0 ? T(0) : data[place];
    }
};

template <class T>
T cubic_weight(T x) {
    constexpr T a = T(-0.75);
    x = std::fabs(x);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return (((x - 5) * x + 8) * x - 4) * a;
}

/// Derivative of cubic_weight at a signed distance.
template <class T>
T cubic_slope(T x) {
    constexpr T a = T(-0.75);
    const T sign = x < 0 ? T(-1) : T(1);
    x = std::fabs(x);
    if (x <= 1) return sign * ((a + 2) * 3 * x - (a + 3) * 2) * x;
    return sign * ((3 * x - 10) * x + 8) * a;
}

template <class T>
struct Sampler {
    Interpolation mode;
    Padding padding;
    bool align_corners;

    /// Elements that a sample is made of.
    int taps(bool has_depth) const {
        return mode == Interpolation::nearest ? 1 : mode == Interpolation::bicubic ? 16 : has_depth ? 8 : 4;
    }
    /// Which elements of a plane the sample at grid[x, y(, z)] is made of, -1 outside, and their weights.
    void find_taps(const Plane<T>& plane, const T* grid, bool has_depth, int64_t* offsets, T* weights) const {
        const int64_t sizes[3] = {plane.width, plane.height, plane.depth};
        const int dims = has_depth ? 3 : 2;
        T position[3] = {}, low[3] = {}, part[3] = {};
        for (int d = 0; d < dims; ++d) {
            position[d] = to_pixels(grid[d], sizes[d], align_corners);
            if (mode != Interpolation::bicubic)
                position[d] = pad_position(position[d], sizes[d], padding, align_corners);
            low[d] = floor_of(position[d]), part[d] = position[d] - low[d];
        }
        if (mode == Interpolation::nearest) {
            offsets[0] = plane.offset(index(std::nearbyint(position[2])), index(std::nearbyint(position[1])),
                                      index(std::nearbyint(position[0])));
            weights[0] = 1;
            return;
        }
        if (mode == Interpolation::bicubic) {
            // Padding applies to each of the sixteen neighbours.
            int64_t at[2][4];
            T weight[2][4];
            for (int d = 0; d < 2; ++d) {
                for (int i = 0; i < 4; ++i) {
                    const T neighbour = static_cast<T>(i - 1);
                    at[d][i] = index(pad_position(low[d] + neighbour, sizes[d], padding, align_corners));
                    weight[d][i] = cubic_weight(part[d] - neighbour);
                }
            }
            for (int i = 0; i < 16; ++i) {
                offsets[i] = plane.offset(0, at[1][i / 4], at[0][i % 4]);
                weights[i] = weight[1][i / 4] * weight[0][i % 4];
            }
            return;
        }
        if (!has_depth) {
            const int64_t w = index(low[0]), h = index(low[1]), place = h * plane.width + w;
            const bool left = w >= 0 && w < plane.width, right = w >= -1 && w < plane.width - 1;
            const bool top = h >= 0 && h < plane.height, bottom = h >= -1 && h < plane.height - 1;
            offsets[0] = left && top ? place : -1;
            offsets[1] = right && top ? place + 1 : -1;
            offsets[2] = left && bottom ? place + plane.width : -1;
            offsets[3] = right && bottom ? place + plane.width + 1 : -1;
            weights[0] = (1 - part[0]) * (1 - part[1]);
            weights[1] = part[0] * (1 - part[1]);
            weights[2] = (1 - part[0]) * part[1];
            weights[3] = part[0] * part[1];
            return;
        }
        for (int corner = 0; corner < 8; ++corner) {
            T weight = 1;
            for (int d = 0; d < dims; ++d) weight *= (corner >> d & 1) != 0 ? part[d] : 1 - part[d];
            weights[corner] = weight;
            offsets[corner] = plane.offset(index(low[2]) + (corner >> 2 & 1), index(low[1]) + (corner >> 1 & 1),
                                           index(low[0]) + (corner & 1));
        }
    }

    /// Gradients of one sample whose own is `grad`: added to the plane's elements `to` and to of_grid[x, y(, z)],
    /// either of which may be null.
    void backward(const Plane<T>& plane, const T* grid, bool has_depth, T grad, T* to, T* of_grid) const {
        const int64_t sizes[3] = {plane.width, plane.height, plane.depth};
        const int dims = has_depth ? 3 : 2;
        T position[3] = {}, slope[3] = {};
        for (int d = 0; d < dims; ++d) {
            const T pixel = to_pixels(grid[d], sizes[d], align_corners);
            const T per_unit = static_cast<T>(align_corners ? sizes[d] - 1 : sizes[d]) / 2;
            const bool pads = mode != Interpolation::bicubic;
            position[d] = pads ? pad_position(pixel, sizes[d], padding, align_corners) : pixel;
            slope[d] = pads ? per_unit * pad_slope(pixel, sizes[d], padding, align_corners) : per_unit;
        }
        const auto add = [&](int64_t d, int64_t h, int64_t w, T weight) {
            if (to && d >= 0 && d < plane.depth && h >= 0 && h < plane.height && w >= 0 && w < plane.width)
                to[(d * plane.height + h) * plane.width + w] += weight * grad;
        };
        if (mode == Interpolation::nearest) {
            add(index(std::nearbyint(position[2])), index(std::nearbyint(position[1])),
                index(std::nearbyint(position[0])), T(1));
            return;
        }
        T low[3], part[3], along[3] = {};
        for (int d = 0; d < 3; ++d) low[d] = std::floor(position[d]), part[d] = position[d] - low[d];
        if (mode == Interpolation::bicubic) {
            for (int i = -1; i <= 2; ++i) {
                for (int j = -1; j <= 2; ++j) {
                    const int64_t w = index(
                                      pad_position(low[0] + static_cast<T>(j), plane.width, padding, align_corners)),
                                  h = index(
                                      pad_position(low[1] + static_cast<T>(i), plane.height, padding, align_corners));
                    const T dx = part[0] - static_cast<T>(j), dy = part[1] - static_cast<T>(i);
                    add(0, h, w, cubic_weight(dx) * cubic_weight(dy));
                    along[0] += cubic_slope(dx) * cubic_weight(dy) * plane.at(0, h, w);
                    along[1] += cubic_weight(dx) * cubic_slope(dy) * plane.at(0, h, w);
                }
            }
        } else {
            for (int corner = 0; corner < 1 << dims; ++corner) {
                const int64_t w = index(low[0]) + (corner & 1), h = index(low[1]) + (corner >> 1 & 1),
                              d = index(low[2]) + (corner >> 2 & 1);
                T weight[3] = {1, 1, 1}, sign[3] = {};
                for (int k = 0; k < dims; ++k) {
                    const bool upper = (corner >> k & 1) != 0;
                    weight[k] = upper ? part[k] : 1 - part[k];
                    sign[k] = upper ? T(1) : T(-1);
                }
                add(d, h, w, weight[0] * weight[1] * weight[2]);
                const T value = plane.at(d, h, w);
                along[0] += sign[0] * weight[1] * weight[2] * value;
                along[1] += weight[0] * sign[1] * weight[2] * value;
                along[2] += weight[0] * weight[1] * sign[2] * value;
            }
        }
        for (int d = 0; of_grid && d < dims; ++d) of_grid[d] += along[d] * slope[d] * grad;
    }

 private:
    static int64_t index(T x) { return static_cast<int64_t>(x); }
};

/// What samples at many points are made of: found once, used for every channel.
template <class T>
class Samples {
 public:
    Samples(const Sampler<T>& sampler, const Plane<T>& first, bool has_depth)
        : sampler_(sampler), plane_(first), has_depth_(has_depth), taps_(sampler.taps(has_depth)) {}
    int64_t most() const { return 4096 / taps_; }
    /// `count` points of `grid`.
    void find(const T* grid, int64_t count) {
        grid_ = grid;
        count_ = count;
        stride_ = (count + kernels::kGatherStride - 1) / kernels::kGatherStride * kernels::kGatherStride;
        offsets_.assign(static_cast<size_t>(stride_ * taps_), 0);
        weights_.assign(offsets_.size(), T(0));
        int64_t offsets[16];
        T weights[16];
        for (int64_t i = 0; i < count; ++i) {
            sampler_.find_taps(plane_, point(i), has_depth_, offsets, weights);
            for (int k = 0; k < taps_; ++k) {
                const size_t at = static_cast<size_t>(k * stride_ + i);
                // What lies outside counts nothing, wherever it is read.
                offsets_[at] = static_cast<kernels::GatherOffset<T>>(std::max<int64_t>(offsets[k], 0));
                weights_[at] = offsets[k] < 0 ? weights[k] * 0 : weights[k];
            }
        }
    }
    void take(const T* plane, T* to) const {
        if (!kernels::weighted_gather(plane, offsets_.data(), weights_.data(), taps_, stride_, count_, to)) return;
        // But nothing times infinity is no number.
        for (int64_t i = 0; i < count_; ++i)
            if (to[i] != to[i]) to[i] = without_outside(plane, i);
    }

 private:
    const T* point(int64_t i) const { return grid_ + i * (has_depth_ ? 3 : 2); }
    T without_outside(const T* plane, int64_t i) const {
        int64_t offsets[16];
        T weights[16], sum = 0;
        sampler_.find_taps(plane_, point(i), has_depth_, offsets, weights);
        for (int k = 0; k < taps_; ++k) sum += weights[k] * (offsets[k] >= 0 ? plane[offsets[k]] : T(0));
        return sum;
    }

    const Sampler<T>& sampler_;
    Plane<T> plane_;
    bool has_depth_;
    int taps_;
    const T* grid_ = nullptr;
    int64_t count_ = 0, stride_ = 0;
    std::vector<kernels::GatherOffset<T>> offsets_;
    std::vector<T> weights_;
};

Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation, int64_t padding,
                    bool align_corners) {
    const int64_t n = input.dim() - 2;
    WICK_CHECK((n == 2 || n == 3) && grid.dim() == input.dim(),
               "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with "
               "sizes {} and grid with sizes {}",
               format_sizes(input.sizes()), format_sizes(grid.sizes()));
    WICK_CHECK(input.dtype() == grid.dtype(),
               "grid_sampler(): expected input and grid to have same dtype, but input has {} and grid has {}",
               name_of(input.dtype()), name_of(grid.dtype()));
    WICK_CHECK(input.size(0) == grid.size(0),
               "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {} and grid "
               "with sizes {}",
               format_sizes(input.sizes()), format_sizes(grid.sizes()));
    WICK_CHECK(grid.size(-1) == n,
               "grid_sampler(): expected grid to have size {} in last dimension, but got grid with sizes {}", n,
               format_sizes(grid.sizes()));
    WICK_CHECK(interpolation >= 0 && interpolation <= 2 && padding >= 0 && padding <= 2,
               "grid_sampler(): unknown interpolation or padding mode");
    WICK_CHECK(n == 2 || interpolation != 2, "grid_sampler(): bicubic interpolation only supports 4D input");
    for (int64_t d = 2; d < input.dim(); ++d)
        WICK_CHECK(input.size(d) > 0,
                   "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {} with "
                   "dimension {} being empty",
                   format_sizes(input.sizes()), d);
    DimVector sizes{input.size(0), input.size(1)};
    for (int64_t d = 1; d <= n; ++d) sizes.push_back(grid.size(d));
    const Tensor x = compute_input(input), g = compute_input(grid), out = empty(sizes, x.dtype());
    const int64_t batch = sizes[0], channels = sizes[1], points = batch == 0 ? 0 : grid.numel() / (batch * n);
    const int64_t plane_size = batch * channels == 0 ? 0 : input.numel() / (batch * channels);
    WICK_CHECK(plane_size <= std::numeric_limits<int32_t>::max(),
               "grid_sampler(): expected planes of less than 2^31 elements, but got input with sizes {}",
               format_sizes(input.sizes()));
    dispatch_float(x.dtype(), "grid_sampler", [&]<class T>() {
        const Sampler<T> sampler{Interpolation{interpolation}, Padding{padding}, align_corners};
        T* to = out.mutable_data<T>();
        const Plane<T> plane{x.data<T>(), n == 3 ? input.size(2) : 1, input.size(-2), input.size(-1)};
        if (out.numel() == 0) return;
        const int64_t grain = std::max<int64_t>(64, 2048 / channels);
        parallel_for(0, batch * points, grain, [&](int64_t begin, int64_t end) {
            Samples<T> samples(sampler, plane, n == 3);
            for (int64_t at = begin, count; at < end; at += count) {
                const int64_t b = at / points, first = at % points;
                count = std::min({samples.most(), end - at, points - first});
                samples.find(g.data<T>() + at * n, count);
                for (int64_t p = b * channels; p < (b + 1) * channels; ++p)
                    samples.take(plane.data + p * plane_size, to + p * points + first);
            }
        });
    });
    return to_dtype(out, input.dtype());
}

std::tuple<Tensor, Tensor> grid_sampler_backward(const Tensor& grad_output, const Tensor& input, const Tensor& grid,
                                                 int64_t interpolation, int64_t padding, bool align_corners,
                                                 const IValue& mask_list) {
    const std::vector<bool> mask = output_mask(mask_list);
    const int64_t n = input.dim() - 2, batch = input.size(0), channels = input.size(1);
    const Tensor x = compute_input(input), g = compute_input(grid, x.dtype()),
                 dy = compute_input(grad_output, x.dtype());
    const int64_t points = batch == 0 ? 0 : grid.numel() / (batch * n);
    const int64_t plane_size = batch * channels == 0 ? 0 : input.numel() / (batch * channels);
    WICK_CHECK(dy.numel() == batch * channels * points, "grid_sampler_backward: a gradient of size {} does not fit",
               format_sizes(dy.sizes()));
    const Tensor dx = zeros(x.sizes(), x.dtype()), dgrid = zeros(g.sizes(), x.dtype());
    dispatch_float(x.dtype(), "grid_sampler_backward", [&]<class T>() {
        const Sampler<T> sampler{Interpolation{interpolation}, Padding{padding}, align_corners};
        T *to = dx.mutable_data<T>(), *to_grid = dgrid.mutable_data<T>();
        parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
            for (int64_t p = begin * channels; p < end * channels; ++p) {
                const Plane<T> plane{x.data<T>() + p * plane_size, n == 3 ? input.size(2) : 1, input.size(-2),
                                     input.size(-1)};
                const int64_t first = p / channels * points * n;
                for (int64_t i = 0; i < points; ++i)
                    sampler.backward(plane, g.data<T>() + first + i * n, n == 3, dy.data<T>()[p * points + i],
                                     mask[0] ? to + p * plane_size : nullptr,
                                     mask[1] ? to_grid + first + i * n : nullptr);
            }
        });
    });
    return {to_dtype(dx, input.dtype()), to_dtype(dgrid, grid.dtype())};
}

/// theta[N, n, n + 1] applied to the base grid of an output of `size` (N, C, spatial…): [N, spatial…, n].
Tensor affine_grid_generator(const Tensor& theta, const IntList& size, bool align_corners) {
    const int64_t n = static_cast<int64_t>(size.size()) - 2;
    WICK_CHECK(n == 2 || n == 3, "AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.");
    WICK_CHECK((theta.sizes() == IntArrayRef{size[0], n, n + 1}),
               "Expected a batch of {}x{} affine matrices of shape Nx{}x{} for size {}. Got {}.", n, n + 1, n, n + 1,
               format_sizes(size), format_sizes(theta.sizes()));
    DimVector sizes{size[0]};
    for (int64_t d = 0; d < n; ++d) {
        WICK_CHECK(size[2 + d] > 0, "Expected non-zero, positive output size. Got {}", format_sizes(size));
        sizes.push_back(size[2 + d]);
    }
    sizes.push_back(n);
    const Tensor t = compute_input(theta), out = empty(sizes, t.dtype());
    const int64_t depth = n == 3 ? size[2] : 1, height = size[static_cast<size_t>(n)],
                  width = size[static_cast<size_t>(n + 1)];
    dispatch_float(t.dtype(), "affine_grid_generator", [&]<class T>() {
        const auto base = [&](int64_t i, int64_t count) {
            if (count <= 1) return T(0);
            const T at = static_cast<T>(2 * i) / static_cast<T>(count - 1) - 1;
            return align_corners ? at : at * static_cast<T>(count - 1) / static_cast<T>(count);
        };
        T* to = out.mutable_data<T>();
        for (int64_t b = 0; b < size[0]; ++b) {
            const T* m = t.data<T>() + b * n * (n + 1);
            for (int64_t d = 0; d < depth; ++d) {
                for (int64_t h = 0; h < height; ++h) {
                    for (int64_t w = 0; w < width; ++w) {
                        const T position[4] = {base(w, width), base(h, height), n == 3 ? base(d, depth) : T(1), T(1)};
                        for (int64_t i = 0; i < n; ++i) {
                            T sum = 0;
                            for (int64_t j = 0; j <= n; ++j) sum += m[i * (n + 1) + j] * position[j];
                            *to++ = sum;
                        }
                    }
                }
            }
        }
    });
    return to_dtype(out, theta.dtype());
}

/// The gradients as those of sampling that is made of differentiable operators, for gradients of them.
constexpr std::string_view kGradientText = R"(
def grid_sampler_backward(grad_output: Tensor, input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool, output_mask: List[bool]) -> Tuple[Tensor, Tensor]:
    input = input if input.requires_grad else input.detach().requires_grad_(True)
    grid = grid if grid.requires_grad else grid.detach().requires_grad_(True)
    dims = grid.size(-1)
    # Of each pixel that is read: where it lies in a plane, as int64 (4), and its weight.
    places = [torch.zeros([], dtype=4)]
    weights = [torch.ones([], dtype=grid.dtype)]
    for d in range(dims):
        size = input.size(2 + d)
        at = grid.flatten(1, dims).select(2, dims - 1 - d).unsqueeze(1)
        pixels = (at + 1) / 2 * (size - 1) if align_corners else ((at + 1) * size - 1) / 2
        if interpolation_mode != 2:
            position, slope = ops.wick.grid_padding(pixels.detach(), size, padding_mode, align_corners)
            pixels = position + (pixels - pixels.detach()) * slope
        low = pixels.detach().round() if interpolation_mode == 1 else pixels.detach().floor()
        part = pixels - low
        if interpolation_mode == 0:
            along = [1 - part, part]
        elif interpolation_mode == 1:
            along = [torch.ones_like(low)]
        else:
            # Cubic convolution with a = -0.75, as cubic_weight.
            along: List[Tensor] = []
            for x in [1 + part, part, 1 - part, 2 - part]:
                along.append(torch.where(x <= 1, (1.25 * x - 2.25) * x * x + 1, -0.75 * (((x - 5) * x + 8) * x - 4)))
        next_places: List[Tensor] = []
        next_weights: List[Tensor] = []
        for place, weight in zip(places, weights):
            for i, factor in enumerate(along):
                tap = low + (i if interpolation_mode != 2 else i - 1)
                if interpolation_mode == 2:
                    tap, slope = ops.wick.grid_padding(tap, size, padding_mode, align_corners)
                index = tap.to(4)
                inside = torch.logical_and(index >= 0, index < size)
                next_places.append(place * size + index.clamp(0, size - 1))
                next_weights.append(torch.where(inside, weight * factor, torch.zeros_like(low)))
        places = next_places
        weights = next_weights
    planes = input.flatten(2)
    samples = torch.zeros([], dtype=input.dtype)
    for place, weight in zip(places, weights):
        samples = samples + planes.gather(2, place.expand([-1, input.size(1), -1])) * weight
    start: List[Optional[Tensor]] = [grad_output]
    found = torch.autograd.grad([samples.reshape(grad_output.shape)], [input, grid], start, create_graph=True, allow_unused=True)
    of_input = found[0]
    of_grid = found[1]
    return of_input if of_input is not None else torch.zeros_like(input), of_grid if of_grid is not None else torch.zeros_like(grid)
)";

}  // namespace

void register_nn_grid(Registry& ops) {
    constexpr std::string_view kSampler =
        "aten::{}(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor";
    constexpr std::string_view kGradient =
        "torch.grid_sampler_2d_backward(grad, input, grid, interpolation_mode, padding_mode, align_corners, needed)";
    ops.add(fmt::format(fmt::runtime(kSampler), "grid_sampler"))
        .kernel(&grid_sampler)
        .derivative("input, grid", kGradient);
    for (std::string_view name : {"grid_sampler_2d", "grid_sampler_3d"}) {
        ops.add(fmt::format(fmt::runtime(kSampler), name))
            .kernel(&grid_sampler)
            .out()
            .derivative("input, grid", kGradient);
        ops.add(fmt::format("aten::{}_backward(Tensor grad_output, Tensor input, Tensor grid, int interpolation_mode, "
                            "int padding_mode, bool align_corners, bool[2] output_mask) -> (Tensor, Tensor)",
                            name))
            .kernel(&grid_sampler_backward)
            .decomposition(kGradientText);
    }
    ops.add("wick::grid_padding(Tensor pixels, int size, int padding_mode, bool align_corners) -> (Tensor, Tensor)")
        .kernel(&grid_padding)
        .not_differentiable();
    ops.add("aten::affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor")
        .kernel(&affine_grid_generator)
        .out()
        .derivative("theta", "ops.wick.affine_grid_backward(grad, size, align_corners)");
    ops.add("wick::affine_grid_backward(Tensor grad, int[] size, bool align_corners) -> Tensor").composite(R"(
def affine_grid_backward(grad: Tensor, size: List[int], align_corners: bool) -> Tensor:
    n = len(size) - 2
    # The identity gives the base grid.
    base = torch.affine_grid_generator(torch.eye(n, n + 1, dtype=grad.dtype).unsqueeze(0), [1, 1] + size[2:], align_corners).reshape([-1, n])
    base = torch.cat([base, torch.ones([base.size(0), 1], dtype=grad.dtype)], 1)
    return torch.matmul(grad.reshape([size[0], -1, n]).transpose(1, 2), base)
)");
}

}  // namespace wick::jit
