// str(tensor) as Python shows it: the rules of torch/_tensor_str.py.

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <wick/ops/print_options.h>
#include <wick/tensor/default_dtype.h>

#include "ops/print_value.h"
#include "ops/recording.h"
#include "ops/tensor_elements.h"
#include "tensor/batched_tensor.h"

namespace wick::jit {
namespace {

/// Chooses one notation and width for all elements shown.
class Formatter {
 public:
    Formatter(bool floating, const std::vector<Scalar>& values, const PrintOptions& options)
        : floating_(floating), precision_(options.precision) {
        if (!floating) {
            for (const Scalar& value : values) width_ = std::max(width_, text_of(value).size());
            return;
        }
        double low = INFINITY;
        double high = 0;
        for (const Scalar& value : values) {
            const double x = value.to_double();
            if (!std::isfinite(x) || x == 0) continue;
            low = std::min(low, std::abs(x));
            high = std::max(high, std::abs(x));
            if (x != std::ceil(x)) integral_ = false;
        }
        if (high == 0) return;
        scientific_ = options.sci_mode.value_or(high / low > 1000.0 || high > 1.0e8 || low < 1.0e-4);
        for (const Scalar& value : values) {
            const double x = value.to_double();
            if (std::isfinite(x) && x != 0) width_ = std::max(width_, text_of(value).size());
        }
    }

    size_t width() const { return width_; }
    std::string operator()(const Scalar& value) const { return fmt::format("{:>{}}", text_of(value), width_); }

 private:
    std::string text_of(const Scalar& value) const {
        if (!floating_)
            return value.is_bool() ? (value.to_bool() ? "True" : "False") : fmt::format("{}", value.to_int());
        const double x = value.to_double();
        if (std::isnan(x)) return "nan";
        if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
        if (scientific_) return fmt::format("{:.{}e}", x, precision_);
        if (integral_) return fmt::format("{:.0f}.", x);
        return fmt::format("{:.{}f}", x, precision_);
    }

    bool floating_;
    int64_t precision_;
    bool integral_ = true;
    bool scientific_ = false;
    size_t width_ = 1;
};

class TensorPrinter {
 public:
    TensorPrinter(const Tensor& tensor, const PrintOptions& options)
        : tensor_(tensor), options_(options), summarize_(static_cast<double>(tensor.numel()) > options.threshold) {
        std::vector<Scalar> shown;
        collect(0, 0, shown);
        if (is_complex(tensor.dtype())) {
            std::vector<Scalar> real;
            std::vector<Scalar> imag;
            for (const Scalar& value : shown) {
                real.push_back(value.to_complex().real());
                imag.push_back(value.to_complex().imag());
            }
            formatters_ = {Formatter(true, real, options), Formatter(true, imag, options)};
        } else {
            formatters_ = {Formatter(is_floating(tensor.dtype()), shown, options)};
        }
    }

    std::string print(int64_t indent) const { return print(0, 0, indent); }

 private:
    bool cut(int64_t dim) const { return summarize_ && tensor_.sizes()[dim] > 2 * options_.edgeitems; }

    /// Calls visit(index) for the shown indices of a dimension, and gap() where some are left out.
    template <class Visit, class Gap>
    void for_shown(int64_t dim, Visit visit, Gap gap) const {
        const int64_t size = tensor_.sizes()[dim];
        const bool shortened = cut(dim);
        for (int64_t i = 0; i < size; ++i) {
            if (shortened && i == options_.edgeitems) {
                gap();
                i = size - options_.edgeitems;
            }
            visit(i);
        }
    }

    void collect(int64_t dim, int64_t offset, std::vector<Scalar>& shown) const {
        if (dim == tensor_.dim()) {
            shown.push_back(element_at(tensor_, offset));
            return;
        }
        for_shown(
            dim, [&](int64_t i) { collect(dim + 1, offset + i * tensor_.strides()[dim], shown); }, [] {});
    }

    std::string element(int64_t offset) const {
        const Scalar value = element_at(tensor_, offset);
        if (formatters_.size() == 1) return formatters_[0](value);
        std::string imag = formatters_[1](value.to_complex().imag()) + "j";
        imag.erase(0, imag.find_first_not_of(' '));
        return formatters_[0](value.to_complex().real()) + (imag[0] == '+' || imag[0] == '-' ? "" : "+") + imag;
    }

    std::string vector(int64_t dim, int64_t offset, int64_t indent) const {
        int64_t width = static_cast<int64_t>(formatters_[0].width()) + 2;
        if (formatters_.size() == 2) width += static_cast<int64_t>(formatters_[1].width()) + 1;
        const int64_t per_line = std::max<int64_t>(1, (options_.linewidth - indent) / width);
        std::string text = "[";
        int64_t count = 0;
        const auto add = [&](const std::string& item) {
            if (count > 0) text += count % per_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
            text += item;
            ++count;
        };
        for_shown(
            dim, [&](int64_t i) { add(element(offset + i * tensor_.strides()[dim])); }, [&] { add(" ..."); });
        return text + "]";
    }

    std::string print(int64_t dim, int64_t offset, int64_t indent) const {
        const int64_t left = tensor_.dim() - dim;
        if (left == 0) return element(offset);
        if (left == 1) return vector(dim, offset, indent);
        const std::string separator = "," + std::string(left - 1, '\n') + std::string(indent + 1, ' ');
        std::string text = "[";
        const auto add = [&](const std::string& item) { text.append(text.size() > 1 ? separator : "").append(item); };
        for_shown(
            dim, [&](int64_t i) { add(print(dim + 1, offset + i * tensor_.strides()[dim], indent + 1)); },
            [&] { add("..."); });
        return text + "]";
    }

    const Tensor& tensor_;
    const PrintOptions& options_;
    bool summarize_;
    std::vector<Formatter> formatters_;
};

std::string size_tuple(IntArrayRef sizes) {
    return sizes.size() == 1 ? fmt::format("({},)", sizes[0]) : fmt::format("({})", fmt::join(sizes, ", "));
}

/// "indices=tensor(…)": one of the two tensors in a sparse one.
std::string print_part(const char* name, const Tensor& part, int64_t column, const PrintOptions& options) {
    const std::string prefix = fmt::format("{}=tensor(", name);
    if (part.numel() == 0) return fmt::format("{}[], size={})", prefix, size_tuple(part.sizes()));
    return prefix + TensorPrinter(part, options).print(column + static_cast<int64_t>(prefix.size())) + ")";
}

/// A tensor inside of vmap, with all those that it stands for.
std::string print_batched(const BatchedTensorImpl& impl) {
    std::string text = fmt::format("BatchedTensor(lvl={}, bdim={}, value=\n", impl.level, impl.dim);
    const std::string value = tensor_repr(impl.value);
    for (std::string_view rest = value; !rest.empty();) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        text.append("    ").append(rest.substr(0, end)).append("\n");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return text + ")";
}

}  // namespace

std::string tensor_repr(const Tensor& tensor, int indent, std::string_view name) {
    if (!tensor.defined()) return "None";
    if (const BatchedTensorImpl* impl = batched_impl(tensor)) return print_batched(*impl);
    WICK_CHECK(tensor.dim() <= kMaxPrintedDims, "cannot print a tensor of {} dimensions", tensor.dim());
    const int64_t column = indent + static_cast<int64_t>(name.size()) + 1;
    const DType dtype = tensor.dtype();
    const bool is_sparse = tensor.is_sparse(), is_empty = tensor.numel() == 0 && !is_sparse;
    const bool is_meta = tensor.device().type == DeviceType::meta;
    const PrintOptions options = print_options();

    std::string text = std::string(name) + "(";
    std::vector<std::string> suffixes;
    if (is_meta) {
        text += "...";
        suffixes = {"device='meta'", "size=" + (tensor.dim() == 0 ? "()" : size_tuple(tensor.sizes()))};
    } else if (is_sparse) {
        const Tensor values = tensor._values();
        text += print_part("indices", tensor._indices(), column, options) + ",\n" + std::string(column, ' ') +
                print_part("values", values, column, options);
        suffixes = {"size=" + size_tuple(tensor.sizes()), fmt::format("nnz={}", values.size(0))};
    } else {
        text += is_empty ? "[]" : TensorPrinter(tensor, options).print(column);
    }
    if (is_empty && tensor.dim() != 1 && !is_meta) suffixes.push_back("size=" + size_tuple(tensor.sizes()));
    const bool usual =
        dtype == default_dtype() ||
        (!is_empty && !is_meta && (dtype == default_complex_dtype() || dtype == DType::int64 || dtype == DType::bool_));
    if (!usual) suffixes.push_back(fmt::format("dtype=torch.{}", name_of(dtype)));
    if (is_sparse) suffixes.push_back("layout=torch.sparse_coo");
    if (const std::string function = gradient_function_name(tensor); !function.empty())
        suffixes.push_back(fmt::format("grad_fn=<{}>", function));
    else if (tensor.requires_grad())
        suffixes.push_back("requires_grad=True");

    int64_t line = static_cast<int64_t>(text.size() - (text.rfind('\n') + 1)) + 2;
    if (text.find('\n') == std::string::npos) line += indent;
    bool breaks = is_sparse;
    for (const std::string& suffix : suffixes) {
        const int64_t length = static_cast<int64_t>(suffix.size());
        if (std::exchange(breaks, false) || line + length + 2 > options.linewidth) {
            text += ",\n" + std::string(column, ' ') + suffix;
            line = column + length;
        } else {
            text += ", " + suffix;
            line += length + 2;
        }
    }
    return text + ")";
}

}  // namespace wick::jit
