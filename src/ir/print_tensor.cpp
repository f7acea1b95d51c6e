#include "ir/print_tensor.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

namespace wick::jit {

namespace {

constexpr int64_t kMaxShownElements = 10;

/// How all elements of a matrix are written: `width` columns each, after division by `scale`.
struct NumberFormat {
    enum class Style { shortest, fixed, scientific };
    Style style = Style::shortest;
    int width = 0;
    double scale = 1;

    /// libtorch's choice (ATen/core/Formatting.cpp) from the exponents of the smallest and largest magnitude.
    explicit NumberFormat(const std::vector<double>& values) {
        if (values.empty()) return;
        const bool integral =
            std::none_of(values.begin(), values.end(), [](double z) { return std::isfinite(z) && z != std::ceil(z); });
        double smallest = 0;
        double largest = 0;
        bool any = false;
        for (const double z : values) {
            if (!std::isfinite(z)) continue;
            if (!any) smallest = largest = std::abs(z);
            any = true;
            smallest = std::min(smallest, std::abs(z));
            // The signed value is compared, so a large negative number does not widen the columns; the text follows.
            if (z > largest) largest = std::abs(z);
        }
        const auto exponent = [&](double z) { return any && z != 0 ? std::floor(std::log10(z)) + 1 : 1; };
        const double low = exponent(smallest);
        const double high = exponent(largest);
        constexpr int kScientificWidth = 11;
        if (integral) {
            if (high > 9) {
                style = Style::scientific;
                width = kScientificWidth;
            } else {
                width = static_cast<int>(high) + 1;
            }
        } else if (high - low > 4) {
            style = Style::scientific;
            width = kScientificWidth + (std::abs(high) > 99 || std::abs(low) > 99 ? 1 : 0);
        } else {
            style = Style::fixed;
            width = 7;
            if (high > 5 || high < 0) {
                scale = std::pow(10, high - 1);
            } else if (high > 0) {
                width = static_cast<int>(high) + 6;
            }
        }
    }

    std::string text(double value) const {
        value /= scale;
        switch (style) {
            case Style::scientific:
                return fmt::format("{:>{}.4e}", value, width);
            case Style::fixed:
                return fmt::format("{:>{}.4f}", value, width);
            case Style::shortest:
                return fmt::format("{:>{}.6g}", value, width);
        }
        __builtin_unreachable();
    }
};

/// One matrix, each row on its own line, in groups of columns that fit 80 characters.
void append_matrix(std::string& out, const std::vector<double>& values, int64_t rows, int64_t columns, int indent) {
    constexpr int kLineWidth = 80;
    const NumberFormat format(values);
    const std::string margin(indent, ' ');
    const int64_t per_line = std::max(1, (kLineWidth - indent) / (format.width + 1));
    out += margin;
    for (int64_t first = 0; first < columns; first += per_line) {
        const int64_t last = std::min(first + per_line, columns) - 1;
        if (per_line < columns) {
            if (first != 0) out += '\n';
            out += fmt::format("Columns {} to {}{}", first + 1, last + 1, margin);
        }
        if (format.scale != 1) out += fmt::format("{:g} *\n{}", format.scale, margin);
        for (int64_t row = 0; row < rows; ++row) {
            for (int64_t column = first; column <= last; ++column) {
                out += format.text(values[row * columns + column]);
                out += column == last ? '\n' : ' ';
            }
            if (row != rows - 1) {
                out += margin;
                if (format.scale != 1) out += ' ';
            }
        }
    }
}

/// The elements in row-major order; complex numbers lose their imaginary part, as in libtorch.
std::vector<double> elements(const Tensor& tensor) {
    std::vector<double> values;
    values.reserve(tensor.numel());
    const IntArrayRef sizes = tensor.sizes();
    DimVector index;
    index.resize(sizes.size());
    for (int64_t n = 0; n < tensor.numel(); ++n) {
        int64_t offset = tensor.storage_offset();
        for (size_t d = 0; d < sizes.size(); ++d) offset += index[d] * tensor.strides()[d];
        const Scalar element = tensor.as_strided_unchecked({}, {}, offset).item();
        values.push_back(element.to_double());
        for (size_t d = sizes.size(); d-- > 0;) {
            if (++index[d] < sizes[d]) break;
            index[d] = 0;
        }
    }
    return values;
}

/// The matrices of a tensor of three or more dimensions, the first index running fastest.
void append_matrices(std::string& out, const Tensor& tensor, const std::vector<double>& values) {
    const IntArrayRef sizes = tensor.sizes();
    const size_t outer = sizes.size() - 2;
    const int64_t rows = sizes[outer];
    const int64_t columns = sizes[outer + 1];
    const DimVector strides = contiguous_strides(sizes);
    const int64_t count = tensor.numel() / (rows * columns);
    DimVector index;
    index.resize(outer);
    for (int64_t n = 0; n < count; ++n) {
        if (n > 0) out += '\n';
        out += '(';
        int64_t start = 0;
        for (size_t d = 0; d < outer; ++d) {
            out += fmt::format("{},", index[d] + 1);
            start += index[d] * strides[d];
        }
        out += ".,.) =\n";
        append_matrix(out, {values.begin() + start, values.begin() + start + rows * columns}, rows, columns, 1);
        for (size_t d = 0; d < outer; ++d) {
            if (++index[d] < sizes[d]) break;
            index[d] = 0;
        }
    }
}

}  // namespace

void append_tensor(std::string& out, const Tensor& tensor) {
    if (tensor.numel() == 1) {
        const Scalar element = tensor.item();
        if (element.is_floating()) {
            out += fmt::format("{{{:g}}}", element.to_double());
        } else if (element.is_complex()) {
            const std::complex<double> z = element.to_complex();
            out += fmt::format("{{({:g},{:g})}}", z.real(), z.imag());
        } else {
            out += fmt::format("{{{}}}", element.to_int());
        }
        return;
    }
    if (tensor.numel() > kMaxShownElements) {
        out += "<Tensor>";
        return;
    }
    const std::vector<double> values = elements(tensor);
    std::string text;
    if (values.empty()) {
        // Only the type below.
    } else if (tensor.dim() == 1) {
        const NumberFormat format(values);
        if (format.scale != 1) text += fmt::format("{:g} *\n", format.scale);
        for (const double value : values) text += format.text(value) + '\n';
    } else if (tensor.dim() == 2) {
        append_matrix(text, values, tensor.size(0), tensor.size(1), 0);
    } else {
        append_matrices(text, tensor, values);
    }
    text += fmt::format("[ CPU{}Type{{{}}} ]", scalar_name_of(tensor.dtype()), fmt::join(tensor.sizes(), ","));
    std::replace(text.begin(), text.end(), '\n', ' ');
    out += text;
}

}  // namespace wick::jit
