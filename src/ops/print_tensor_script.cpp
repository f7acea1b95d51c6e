// A tensor as C++ PyTorch prints it, which is what print() inside a TorchScript program shows.

#include "ops/print_tensor_script.h"

#include <algorithm>
#include <cmath>

#include "ops/tensor_elements.h"

namespace wick::jit {
namespace {

constexpr int64_t kLineWidth = 80;

/// How all elements of one tensor are written: notation, width, common factor.
struct Style {
    enum class Notation { general, fixed, scientific } notation = Notation::general;
    int width = 0;
    double scale = 1;

    std::string operator()(double value) const {
        value /= scale;
        if (std::isnan(value)) return fmt::format("{:>{}}", std::signbit(value) ? "-nan" : "nan", width);
        switch (notation) {
            case Notation::general:
                return fmt::format("{:>{}g}", value, width);
            case Notation::fixed:
                return fmt::format("{:>{}.4f}", value, width);
            case Notation::scientific:
                return fmt::format("{:>{}.4e}", value, width);
        }
        __builtin_unreachable();
    }
};

double value_at(const Tensor& tensor, int64_t offset) { return element_at(tensor, offset).to_double(); }

template <class F>
void for_each(const Tensor& tensor, int64_t dim, int64_t offset, F visit) {
    if (dim == tensor.dim()) {
        visit(value_at(tensor, offset));
        return;
    }
    for (int64_t i = 0; i < tensor.sizes()[dim]; ++i)
        for_each(tensor, dim + 1, offset + i * tensor.strides()[dim], visit);
}

/// From the decimal exponents of the smallest and the largest finite magnitude.
Style choose_style(const Tensor& tensor) {
    bool integral = true;
    double low = INFINITY;
    double high = -1;
    for_each(tensor, 0, 0, [&](double x) {
        if (!std::isfinite(x)) return;
        if (x != std::ceil(x)) integral = false;
        low = std::min(low, std::abs(x));
        high = std::max(high, std::abs(x));
    });
    const auto digits = [](double x) { return x > 0 ? static_cast<int>(std::floor(std::log10(x))) + 1 : 1; };
    const int smallest = high < 0 ? 1 : digits(low);
    const int largest = high < 0 ? 1 : digits(high);
    using enum Style::Notation;
    if (integral) return largest > 9 ? Style{scientific, 11} : Style{general, largest + 1};
    if (largest - smallest > 4) return Style{scientific, std::abs(largest) > 99 || std::abs(smallest) > 99 ? 12 : 11};
    if (largest > 5 || largest < 0) return Style{fixed, 7, std::pow(10.0, largest - 1)};
    return Style{fixed, largest == 0 ? 7 : largest + 6};
}

void print_scale(std::string& out, const Style& style) {
    if (style.scale != 1) out += fmt::format("{:g} *\n", style.scale);
}

/// The last two dimensions from `offset` on, in groups of columns that fit a line.
void print_matrix(std::string& out, const Tensor& matrix, int indent) {
    const Style style = choose_style(matrix);
    const std::string margin(indent, ' ');
    const int64_t rows = matrix.sizes()[0];
    const int64_t columns = matrix.sizes()[1];
    const int64_t per_line = std::max<int64_t>((kLineWidth - indent) / (style.width + 1), 1);
    for (int64_t first = 0; first < columns; first += per_line) {
        const int64_t last = std::min(first + per_line, columns) - 1;
        if (per_line < columns)
            out += fmt::format("{}Columns {} to {}{}", first > 0 ? "\n" : "", first + 1, last + 1, margin);
        if (style.scale != 1) {
            print_scale(out, style);
            out += margin;
        }
        for (int64_t row = 0; row < rows; ++row) {
            for (int64_t column = first; column <= last; ++column) {
                out += style(value_at(matrix, row * matrix.strides()[0] + column * matrix.strides()[1]));
                out += column == last ? '\n' : ' ';
            }
            if (row + 1 < rows) out += margin + (style.scale != 1 ? " " : "");
        }
    }
}

/// All matrices of the leading dimensions, each under its (1-based) index.
void print_matrices(std::string& out, const Tensor& tensor) {
    if (tensor.dim() == 2) {
        print_matrix(out, tensor, 0);
        return;
    }
    const int64_t leading = tensor.dim() - 2;
    DimVector index(leading, 0);
    for (bool more = true; more;) {
        int64_t offset = tensor.storage_offset();
        std::string name;
        for (int64_t d = 0; d < leading; ++d) {
            offset += index[d] * tensor.strides()[d];
            name += fmt::format("{},", index[d] + 1);
        }
        out += fmt::format("({}.,.) = \n", name);
        print_matrix(
            out, tensor.as_strided_unchecked(tensor.sizes().slice(leading), tensor.strides().slice(leading), offset),
            1);
        // The first index runs fastest.
        more = false;
        for (int64_t d = 0; d < leading && !more; ++d) {
            index[d] = (index[d] + 1) % tensor.sizes()[d];
            more = index[d] != 0;
        }
        if (more) out += '\n';
    }
}

}  // namespace

std::string script_tensor_str(const Tensor& tensor) {
    if (!tensor.defined()) return "[ Tensor (undefined) ]";
    WICK_CHECK(tensor.dim() <= kMaxPrintedDims, "cannot print a tensor of {} dimensions", tensor.dim());
    if (tensor.is_sparse())
        return fmt::format("[ CPU{}Type{{}}\nindices:\n{}\nvalues:\n{}\nsize:\n{}\n]", scalar_name_of(tensor.dtype()),
                           script_tensor_str(tensor._indices()), script_tensor_str(tensor._values()),
                           format_sizes(tensor.sizes()));
    std::string out;
    if (tensor.dim() == 0) {
        out = fmt::format("{}\n", value_at(tensor, 0));
    } else if (tensor.numel() > 0 && tensor.dim() == 1) {
        const Style style = choose_style(tensor);
        print_scale(out, style);
        for_each(tensor, 0, 0, [&](double value) { out += style(value) + '\n'; });
    } else if (tensor.numel() > 0) {
        print_matrices(out, tensor);
    }
    return out + fmt::format("[ CPU{}Type{{{}}} ]", scalar_name_of(tensor.dtype()), fmt::join(tensor.sizes(), ","));
}

}  // namespace wick::jit
