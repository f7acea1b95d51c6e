#include <fstream>
#include <nlohmann/json.hpp>

#include "archive/archive_fixture.h"
#include "archive/npy.h"
#include "archive/safetensors.h"
#include "archive/torch_save.h"

namespace wick::archive {

using Json = nlohmann::json;
using namespace std::string_literals;

static Tensor ramp(IntArrayRef sizes, DType dtype) {
    Tensor tensor = empty(sizes, dtype);
    dispatch_dtype(dtype, [&]<class T>() {
        for (int64_t i = 0; i < tensor.numel(); ++i) tensor.mutable_data<T>()[i] = Scalar(i).to<T>();
    });
    return tensor;
}

static void expect_same(const Tensor& a, const Tensor& b) {
    EXPECT_EQ(a.dtype(), b.dtype());
    EXPECT_EQ(a.sizes().vec(), b.sizes().vec());
    ASSERT_EQ(a.nbytes(), b.nbytes());
    // Without bytes there may be no address.
    if (a.nbytes() == 0) return;
    EXPECT_EQ(std::memcmp(a.data_ptr(), b.data_ptr(), static_cast<size_t>(a.nbytes())), 0);
}

/// Compares with what `torch.load` gave: tests/data/README.md.
static void expect_described(const IValue& value, const Json& description, const std::string& path) {
    const std::string type = description["type"];
    if (type == "Tensor") {
        ASSERT_TRUE(value.is_tensor()) << path;
        const Tensor tensor = value.to_tensor();
        EXPECT_EQ(name_of(tensor.dtype()), description["dtype"].get<std::string>()) << path;
        EXPECT_EQ(Json(tensor.sizes().vec()), description["shape"]) << path;
        EXPECT_EQ(Json(tensor.strides().vec()), description["stride"]) << path;
        EXPECT_EQ(tensor.storage_offset(), description["offset"].get<int64_t>()) << path;
        EXPECT_EQ(tensor.impl()->requires_grad, description.value("requires_grad", false)) << path;
    } else if (type == "dict" || type == "OrderedDict") {
        ASSERT_TRUE(value.is_dict()) << path;
        const auto items = value.to_dict().items();
        ASSERT_EQ(items.size(), description["items"].size()) << path;
        for (size_t i = 0; i < items.size(); ++i) {
            expect_described(items[i].first, description["items"][i][0], path + ".key");
            expect_described(items[i].second, description["items"][i][1], path + "." + std::to_string(i));
        }
    } else if (type == "list" || type == "tuple") {
        const auto& elements = type == "list" ? value.to_list().items : value.to_tuple().elements;
        ASSERT_EQ(elements.size(), description["items"].size()) << path;
        for (size_t i = 0; i < elements.size(); ++i)
            expect_described(elements[i], description["items"][i], path + "." + std::to_string(i));
    } else if (type == "str") {
        EXPECT_EQ(value.to_string(), description["value"].get<std::string>()) << path;
    } else if (type == "bool") {
        EXPECT_EQ(value.to_bool(), description["value"].get<bool>()) << path;
    } else if (type == "NoneType" || type == "None") {
        EXPECT_TRUE(value.is_none()) << path;
    } else if (type == "int" && description["value"].is_number()) {
        EXPECT_EQ(value.to_int(), description["value"].get<int64_t>()) << path;
    } else if (type == "float" && description["value"].is_number()) {
        EXPECT_EQ(value.to_double(), description["value"].get<double>()) << path;
    }
}

TEST(TorchSave, ReadsWhatPyTorchWrote) {
    for (const char* version : {"t113", "t213"}) {
        const std::string folder = std::string(WICK_TEST_DATA "/saved/") + version + "/";
        for (const char* name : {"dtypes", "mixed", "objects", "parameters", "state_dict", "tensor", "views"}) {
            for (const std::string& suffix : {""s, "_legacy"s}) {
                std::ifstream description(folder + name + suffix + ".json");
                if (!description) continue;
                const std::string path = folder + name + suffix;
                SCOPED_TRACE(path);
                const IValue value = load_torch_file(path + ".pt");
                expect_described(value, Json::parse(description), "");
                EXPECT_EQ(save_torch_bytes(load_torch_bytes(Bytes::of(save_torch_bytes(value)))),
                          save_torch_bytes(value));
            }
        }
    }
}

TEST(TorchSave, LegacyTruncationsAreErrors) {
    const std::string whole(map_file(WICK_TEST_DATA "/saved/t213/views_legacy.pt").view());
    for (size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THROW(load_torch_bytes(Bytes::of(whole.substr(0, size))), ArchiveError) << size;
    }
}

TEST(Safetensors, RoundTrip) {
    Safetensors contents;
    contents.metadata["format"] = "pt";
    for (const DType dtype :
         {DType::float32, DType::float16, DType::bfloat16, DType::float64, DType::int64, DType::uint8, DType::bool_})
        contents.tensors[std::string(name_of(dtype))] = ramp({2, 3}, dtype);
    contents.tensors["scalar"] = ramp({}, DType::int32);
    contents.tensors["empty"] = ramp({0, 4}, DType::float32);
    const std::string bytes = save_safetensors_bytes(contents);
    const Safetensors again = load_safetensors(Bytes::of(bytes));
    ASSERT_EQ(again.tensors.size(), contents.tensors.size());
    for (const auto& [name, tensor] : contents.tensors) {
        SCOPED_TRACE(name);
        expect_same(again.tensors.at(name), tensor);
    }
    EXPECT_EQ(again.metadata, contents.metadata);
    EXPECT_EQ(save_safetensors_bytes(again), bytes);
    for (size_t size = 0; size < bytes.size(); ++size)
        EXPECT_THROW(load_safetensors(Bytes::of(bytes.substr(0, size))), ArchiveError) << size;
}

TEST(Safetensors, ReadsTheReferenceFile) {
    for (const char* version : {"t113", "t213"}) {
        const std::string path = std::string(WICK_TEST_DATA "/saved/") + version + "/tensors.safetensors";
        if (!std::ifstream(path)) continue;
        const Safetensors contents = load_safetensors(path);
        EXPECT_FALSE(contents.tensors.empty());
        const Bytes file = map_file(path);
        EXPECT_EQ(save_safetensors_bytes(contents).size(), file.size);
    }
}

TEST(Safetensors, RefusesBadHeaders) {
    auto error = [](const std::string& header, size_t data = 8) {
        std::string bytes;
        append_le<uint64_t>(bytes, header.size());
        return archive_error([&] { load_safetensors(Bytes::of(bytes + header + std::string(data, 'x'))); });
    };
    EXPECT_TRUE(contains(error("[]"), "the header is not a JSON object"));
    EXPECT_TRUE(contains(error("{"), "the header is not a JSON object"));
    EXPECT_TRUE(contains(error(std::string(100000, '[')), "the header is not a JSON object"));
    EXPECT_TRUE(contains(error(R"({"a": 1})"), "record 'a': the header's entry is not"));
    EXPECT_TRUE(contains(error(R"({"a": {"dtype": "F8", "shape": [2], "data_offsets": [0, 8]}})"),
                         "dtype 'F8' is not supported"));
    EXPECT_TRUE(contains(error(R"({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}})"),
                         "lies outside of the file's 8 bytes"));
    EXPECT_TRUE(contains(error(R"({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}})"),
                         "8 bytes of data for shape [3]"));
    EXPECT_TRUE(contains(error(R"({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 8]}})"),
                         "something else than a count"));
    EXPECT_TRUE(contains(error(R"({"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}})"),
                         "overflowed"));
}

TEST(Npy, RoundTrip) {
    for (const DType dtype :
         {DType::float32, DType::float16, DType::float64, DType::int64, DType::uint8, DType::bool_, DType::complex64}) {
        for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{}, {3}, {2, 3}, {0, 2}}) {
            const std::string bytes = save_npy_bytes(ramp(sizes, dtype));
            expect_same(load_npy(Bytes::of(bytes)), ramp(sizes, dtype));
            for (size_t size = 0; size < bytes.size(); ++size)
                EXPECT_THROW(load_npy(Bytes::of(bytes.substr(0, size))), ArchiveError) << size;
        }
    }
    EXPECT_THROW(save_npy_bytes(ramp({2}, DType::bfloat16)), OpError);
}

TEST(Npy, OrdersOfBytesAndDimensions) {
    auto file = [](std::string header, const std::string& data) {
        std::string bytes = "\x93NUMPY\x01"s + '\0';
        append_le<uint16_t>(bytes, static_cast<uint16_t>(header.size()));
        return Bytes::of(bytes + header + data);
    };
    const Tensor big =
        load_npy(file("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", "\x01\x02\x03\x04"));
    EXPECT_EQ(big.data<int16_t>()[0], 0x0102);
    const Tensor columns = load_npy(file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "abcdef"));
    EXPECT_EQ(columns.strides().vec(), (std::vector<int64_t>{1, 2}));
    EXPECT_TRUE(contains(
        archive_error([&] { load_npy(file("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", "")); }),
        "element type '<U3' is not supported"));
    EXPECT_TRUE(contains(
        archive_error([&] { load_npy(file("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "")); }),
        "a size expected"));
    EXPECT_TRUE(contains(archive_error([&] { load_npy(file("{'descr': '<f4', 'shape': (2,), }", "")); }),
                         "an entry is missing"));
}

}  // namespace wick::archive
