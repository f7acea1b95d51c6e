#include "archive/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include <wick/support/check.h>

namespace wick::archive {

using Json = nlohmann::ordered_json;

namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr std::string_view kMetadata = "__metadata__";
constexpr size_t kMaxDimensions = 64;

struct DTypeName {
    DType dtype;
    std::string_view name;
};
constexpr DTypeName kDTypeNames[] = {
    {DType::float64, "F64"}, {DType::float32, "F32"},   {DType::float16, "F16"}, {DType::bfloat16, "BF16"},
    {DType::int64, "I64"},   {DType::int32, "I32"},     {DType::int16, "I16"},   {DType::int8, "I8"},
    {DType::uint8, "U8"},    {DType::complex64, "C64"}, {DType::bool_, "BOOL"},
};

[[noreturn]] void fail(const std::string& name, int64_t offset, const std::string& message) {
    throw ArchiveError(name, offset, message);
}

/// A number of the header that must be a count.
int64_t count_of(const Json& value, const std::string& name) {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX)
        fail(name, -1, "the header holds something else than a count");
    return static_cast<int64_t>(value.get<uint64_t>());
}

Tensor read_tensor(const std::string& name, const Json& entry, const Bytes& data, uint64_t data_start) {
    const bool whole = entry.is_object() && entry.contains("dtype") && entry["dtype"].is_string() &&
                       entry.contains("shape") && entry["shape"].is_array() && entry.contains("data_offsets") &&
                       entry["data_offsets"].is_array() && entry["data_offsets"].size() == 2;
    if (!whole) fail(name, -1, "the header's entry is not {dtype, shape, data_offsets}");
    const std::string dtype_name = entry["dtype"].get<std::string>();
    const auto* known = std::find_if(std::begin(kDTypeNames), std::end(kDTypeNames),
                                     [&](const DTypeName& d) { return d.name == dtype_name; });
    if (known == std::end(kDTypeNames)) fail(name, -1, fmt::format("dtype '{}' is not supported", dtype_name));
    if (entry["shape"].size() > kMaxDimensions)
        fail(name, -1, fmt::format("a tensor of {} dimensions", entry["shape"].size()));
    DimVector sizes;
    for (const Json& size : entry["shape"]) sizes.push_back(count_of(size, name));

    const int64_t begin = count_of(entry["data_offsets"][0], name);
    const int64_t end = count_of(entry["data_offsets"][1], name);
    const int64_t available = static_cast<int64_t>(data.size);
    if (begin > end || end > available)
        fail(name, static_cast<int64_t>(data_start),
             fmt::format("data [{}, {}) lies outside of the file's {} bytes", begin, end, available));
    int64_t bytes = 0;
    try {
        if (__builtin_mul_overflow(checked_numel(sizes), bytes_of(known->dtype), &bytes) || bytes != end - begin)
            fail(name, static_cast<int64_t>(data_start) + begin,
                 fmt::format("{} bytes of data for shape {}", end - begin, format_sizes(sizes)));
    } catch (const OpError& error) {
        fail(name, -1, error.what());
    }

    const Bytes slice = data.slice(static_cast<size_t>(begin), static_cast<size_t>(bytes));
    IntrusivePtr<Storage> storage;
    if (reinterpret_cast<uintptr_t>(slice.data) % static_cast<uintptr_t>(bytes_of(known->dtype)) == 0) {
        storage = Storage::wrap(
            const_cast<char*>(slice.data), bytes, [owner = slice.owner] {}, true);
    } else {
        storage = Storage::allocate(bytes);
        std::memcpy(storage->data(), slice.data, slice.size);
    }
    return Tensor(make_intrusive<TensorImpl>(std::move(storage), known->dtype, sizes));
}

void write(const Safetensors& contents, const Sink& sink) {
    std::vector<const std::pair<const std::string, Tensor>*> ordered;
    for (const auto& entry : contents.tensors) ordered.push_back(&entry);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](auto* a, auto* b) { return a->second.itemsize() > b->second.itemsize(); });

    Json header = Json::object();
    if (!contents.metadata.empty()) header[std::string(kMetadata)] = contents.metadata;
    int64_t offset = 0;
    for (const auto* entry : ordered) {
        const auto& [name, tensor] = *entry;
        const auto* known = std::find_if(std::begin(kDTypeNames), std::end(kDTypeNames),
                                         [&, t = tensor](const DTypeName& d) { return d.dtype == t.dtype(); });
        WICK_CHECK(known != std::end(kDTypeNames), "safetensors files cannot hold tensor '{}' of dtype {}", name,
                   name_of(tensor.dtype()));
        WICK_CHECK(tensor.is_contiguous(), "safetensors files cannot hold tensor '{}': it is not contiguous", name);
        WICK_CHECK(name != kMetadata, "'{}' cannot be a tensor's name", name);
        header[name] = {{"dtype", known->name},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", {offset, offset + tensor.nbytes()}}};
        offset += tensor.nbytes();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string length;
    append_le<uint64_t>(length, text.size());
    sink(length.data(), length.size());
    sink(text.data(), text.size());
    for (const auto* entry : ordered) sink(entry->second.data_ptr(), static_cast<size_t>(entry->second.nbytes()));
}

}  // namespace

Safetensors load_safetensors(const Bytes& file) {
    if (file.size < 8) fail("", 0, "not a safetensors file: it has no header");
    const uint64_t header_size = load_le<uint64_t>(file.data);
    if (header_size > kMaxHeader || header_size > file.size - 8)
        fail("", 0, fmt::format("not a safetensors file, or cut off: a header of {} bytes", header_size));
    const Json header = Json::parse(file.data + 8, file.data + 8 + header_size, nullptr, false);
    if (!header.is_object()) fail("", 8, "the header is not a JSON object");

    const uint64_t data_start = 8 + header_size;
    const Bytes data = file.slice(data_start, file.size - data_start);
    Safetensors result;
    for (const auto& [name, entry] : header.items()) {
        if (name != kMetadata) {
            result.tensors.emplace(name, read_tensor(name, entry, data, data_start));
            continue;
        }
        if (!entry.is_object()) fail(name, -1, "the metadata is not an object");
        for (const auto& [key, text] : entry.items()) {
            if (!text.is_string()) fail(name, -1, fmt::format("metadata '{}' is not a string", key));
            result.metadata.emplace(key, text.get<std::string>());
        }
    }
    return result;
}

Safetensors load_safetensors(const std::string& path) { return load_safetensors(map_file(path)); }

std::string save_safetensors_bytes(const Safetensors& contents) {
    std::string out;
    write(contents, string_sink(out));
    return out;
}

void save_safetensors(const Safetensors& contents, const std::string& path) {
    AtomicFile file(path);
    write(contents, file.sink());
    file.commit();
}

}  // namespace wick::archive
