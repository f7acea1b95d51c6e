#include "archive/npy.h"

#include <algorithm>
#include <charconv>

#include <wick/support/check.h>

namespace wick::archive {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxDimensions = 64;

struct Code {
    std::string_view code;
    DType dtype;
};
constexpr Code kCodes[] = {
    {"f2", DType::float16},   {"f4", DType::float32},     {"f8", DType::float64}, {"i1", DType::int8},
    {"i2", DType::int16},     {"i4", DType::int32},       {"i8", DType::int64},   {"u1", DType::uint8},
    {"c8", DType::complex64}, {"c16", DType::complex128}, {"b1", DType::bool_},
};

[[noreturn]] void fail(size_t offset, const std::string& message) {
    throw ArchiveError("", static_cast<int64_t>(offset), message);
}

/// The header's three entries; the only literals are strings, True, False and tuples of ints.
class HeaderParser {
 public:
    HeaderParser(std::string_view text, size_t start) : text_(text), start_(start) {}

    void parse() {
        expect('{');
        while (!accept('}')) {
            const std::string_view key = string();
            expect(':');
            if (key == "descr")
                descr = string();
            else if (key == "fortran_order")
                fortran_order = boolean();
            else if (key == "shape")
                shape = tuple();
            else
                error(fmt::format("unknown key '{}'", key));
            seen_ |= key == "descr" ? 1 : key == "shape" ? 2 : 4;
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (seen_ != 7) error("an entry is missing");
    }

    std::string_view descr;
    bool fortran_order = false;
    DimVector shape;

 private:
    [[noreturn]] void error(const std::string& message) const {
        fail(start_ + at_, "the .npy header is damaged: " + message);
    }
    void skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool accept(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!accept(c)) error(fmt::format("'{}' expected", c));
    }
    std::string_view string() {
        skip();
        const char quote = accept('\'') ? '\'' : '"';
        if (quote == '"' && !accept('"')) error("only plain element types are supported");
        const size_t end = text_.find(quote, at_);
        if (end == std::string_view::npos) error("a string has no end");
        const std::string_view value = text_.substr(at_, end - at_);
        at_ = end + 1;
        return value;
    }
    bool boolean() {
        skip();
        for (const std::string_view word : {"True", "False"}) {
            if (text_.substr(at_, word.size()) != word) continue;
            at_ += word.size();
            return word == "True";
        }
        error("True or False expected");
    }
    DimVector tuple() {
        DimVector values;
        expect('(');
        while (!accept(')')) {
            skip();
            int64_t value = 0;
            const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
            if (code != std::errc() || value < 0) error("a size expected");
            if (values.size() == kMaxDimensions) error("too many dimensions");
            values.push_back(value);
            at_ = static_cast<size_t>(end - text_.data());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return values;
    }

    const std::string_view text_;
    const size_t start_;
    size_t at_ = 0;
    int seen_ = 0;
};

DimVector fortran_strides(IntArrayRef sizes) {
    DimVector strides(sizes.size());
    int64_t step = 1;
    for (size_t i = 0; i < sizes.size(); ++i) {
        strides[i] = step;
        step *= std::max<int64_t>(sizes[i], 1);
    }
    return strides;
}

}  // namespace

Tensor load_npy(const Bytes& file) {
    if (file.size < 10 || file.view().substr(0, kMagic.size()) != kMagic) fail(0, "not a .npy file");
    const int version = static_cast<uint8_t>(file.data[6]);
    if (version < 1 || version > 3) fail(6, fmt::format("version {} of the .npy format is not known", version));
    const size_t start = version == 1 ? 10 : 12;
    if (file.size < start) fail(file.size, "the file is cut off");
    const size_t header_size = version == 1 ? load_le<uint16_t>(file.data + 8) : load_le<uint32_t>(file.data + 8);
    if (header_size > file.size - start)
        fail(8, fmt::format("a header of {} bytes runs past the end of the file", header_size));
    HeaderParser header(file.view().substr(start, header_size), start);
    header.parse();

    const std::string_view code = header.descr.size() > 1 ? header.descr.substr(1) : "";
    const auto* known =
        std::find_if(std::begin(kCodes), std::end(kCodes), [&](const Code& c) { return c.code == code; });
    const char order = header.descr.empty() ? ' ' : header.descr[0];
    if (known == std::end(kCodes) || std::string_view("<>|=").find(order) == std::string_view::npos)
        fail(start, fmt::format("element type '{}' is not supported", header.descr));

    int64_t bytes = 0;
    try {
        if (__builtin_mul_overflow(checked_numel(header.shape), bytes_of(known->dtype), &bytes)) bytes = INT64_MAX;
    } catch (const OpError& error) {
        fail(start, error.what());
    }
    const size_t data_start = start + header_size;
    if (static_cast<uint64_t>(bytes) > file.size - data_start)
        fail(data_start, fmt::format("shape {} needs {} bytes, the file has {}", format_sizes(header.shape), bytes,
                                     file.size - data_start));

    IntrusivePtr<Storage> storage = Storage::allocate(bytes);
    char* data = static_cast<char*>(storage->data());
    if (bytes > 0) std::memcpy(data, file.data + data_start, static_cast<size_t>(bytes));
    if (order == '>') {
        // A complex number is two numbers, each with its own byte order.
        const int64_t unit = is_complex(known->dtype) ? bytes_of(known->dtype) / 2 : bytes_of(known->dtype);
        for (int64_t at = 0; at < bytes; at += unit) std::reverse(data + at, data + at + unit);
    }
    if (known->dtype == DType::bool_) {
        for (int64_t i = 0; i < bytes; ++i) data[i] = data[i] != 0;
    }
    const DimVector strides = header.fortran_order ? fortran_strides(header.shape) : contiguous_strides(header.shape);
    return Tensor(make_intrusive<TensorImpl>(std::move(storage), known->dtype, header.shape, strides, 0));
}

Tensor load_npy(const std::string& path) { return load_npy(map_file(path)); }

std::string save_npy_bytes(const Tensor& tensor) {
    const auto* known =
        std::find_if(std::begin(kCodes), std::end(kCodes), [&](const Code& c) { return c.dtype == tensor.dtype(); });
    WICK_CHECK(known != std::end(kCodes), ".npy files cannot hold dtype {}", name_of(tensor.dtype()));
    WICK_CHECK(tensor.is_contiguous(), ".npy files are written from contiguous tensors");
    std::string shape;
    for (const int64_t size : tensor.sizes()) shape += fmt::format("{}{}", shape.empty() ? "" : ", ", size);
    if (tensor.dim() == 1) shape += ",";
    std::string header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                     tensor.itemsize() == 1 ? '|' : '<', known->code, shape);
    // Data begins at a multiple of 64 bytes, and the header ends in a newline.
    header.append((64 - (kMagic.size() + 4 + header.size() + 1) % 64) % 64, ' ');
    header += '\n';

    std::string out(kMagic);
    out += std::string_view("\x01\x00", 2);
    append_le<uint16_t>(out, static_cast<uint16_t>(header.size()));
    out += header;
    out.append(static_cast<const char*>(tensor.data_ptr()), static_cast<size_t>(tensor.nbytes()));
    return out;
}

}  // namespace wick::archive
