#include "archive/module_load.h"

#include <filesystem>

#include "archive/archive_fixture.h"

namespace wick::jit {

using archive::archive_error;
using archive::Bytes;
using archive::contains;

static const std::string kSample = WICK_TEST_DATA "/t213/customs.pt";

TEST(LoadArchive, ReadsEveryArchiveOfTheFixtures) {
    for (const char* folder : {"t113", "t213", "old"}) {
        for (const auto& entry : std::filesystem::directory_iterator(std::string(WICK_TEST_DATA "/") + folder)) {
            std::filesystem::path description = entry.path();
            if (entry.path().extension() != ".pt" || !std::filesystem::exists(description.replace_extension(".json")))
                continue;
            SCOPED_TRACE(entry.path());
            try {
                const LoadedArchive archive = load_archive(entry.path().string());
                EXPECT_TRUE(archive.module->type->is_module());
            } catch (const Error& error) {
                ADD_FAILURE() << error.what();
            }
        }
    }
}

TEST(LoadArchive, WeightsStayInTheFile) {
    const Bytes file = archive::map_file(kSample);
    const LoadedArchive archive = load_archive(file);
    EXPECT_FALSE(archive.extra_files.empty());
    int64_t tensors = 0;
    std::vector<IValue> pending{IValue(archive.module)};
    while (!pending.empty()) {
        const IValue value = pending.back();
        pending.pop_back();
        if (value.is_object()) for_each_inside(value, [&](const IValue& inside) { pending.push_back(inside); });
        if (!value.is_tensor()) continue;
        const Tensor tensor = value.to_tensor();
        const char* data = static_cast<const char*>(tensor.data_ptr());
        EXPECT_TRUE(data >= file.data && data < file.data + file.size);
        EXPECT_TRUE(tensor.impl()->is_constant);
        EXPECT_TRUE(tensor.impl()->storage->read_only());
        ++tensors;
    }
    EXPECT_GT(tensors, 0);
}

TEST(LoadArchive, NamesWhatIsWrong) {
    EXPECT_TRUE(contains(archive_error([] { load_archive(Bytes::of("hello")); }), "not a TorchScript archive"));
    EXPECT_TRUE(contains(archive_error([] { load_archive(std::string(WICK_TEST_DATA "/saved/t213/mixed.pt")); }),
                         "what torch.save writes"));
}

/// The archive again with one record replaced.
static std::string with_record(const std::string& name, const std::string& contents) {
    const archive::ZipReader zip(archive::map_file(kSample));
    std::string out;
    archive::ZipWriter writer(archive::string_sink(out), "m");
    for (const archive::ZipRecord& record : zip.records()) {
        if (record.name == name)
            writer.add(name, contents);
        else
            writer.add(record.name, zip.read(record).view());
    }
    writer.finish();
    return out;
}

TEST(LoadArchive, RefusesWrongVersionsAndShortTensors) {
    EXPECT_TRUE(contains(archive_error([] { load_archive(Bytes::of(with_record("version", "99\n"))); }),
                         "file with version 99"));
    EXPECT_TRUE(contains(archive_error([] { load_archive(Bytes::of(with_record("version", "three"))); }),
                         "the version is not a number"));
    EXPECT_TRUE(contains(archive_error([] { load_archive(Bytes::of(with_record("data/0", "short"))); }),
                         "record 'data/0', offset 5"));
    EXPECT_TRUE(contains(archive_error([] { load_archive(Bytes::of(with_record("data.pkl", "\x80\x02K\x01."))); }),
                         "instead of a module"));
}

/// A fixed sequence of damaged archives: each either loads or gives one of wick's own errors.
TEST(LoadArchive, SurvivesMutations) {
    const std::string whole(archive::map_file(kSample).view());
    const archive::ZipReader zip(Bytes::of(whole));
    const std::string pickle(zip.read("data.pkl").view());
    uint64_t state = 1;
    auto random = [&](size_t below) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<size_t>(state >> 33) % below;
    };
    for (int round = 0; round < 600; ++round) {
        // Half of the damage goes to the container, half to a pickle in a sound container.
        const bool in_pickle = round % 2 == 1;
        std::string bytes = in_pickle ? pickle : whole;
        switch (random(3)) {
            case 0:
                bytes.resize(random(bytes.size()));
                break;
            case 1:
                for (size_t i = 0; i <= random(4); ++i)
                    bytes[random(bytes.size())] ^= static_cast<char>(1u << random(8));
                break;
            case 2: {
                const std::string piece = bytes.substr(random(bytes.size()), random(64));
                bytes.replace(random(bytes.size() - piece.size()), piece.size(), piece);
                break;
            }
        }
        try {
            load_archive(Bytes::of(in_pickle ? with_record("data.pkl", bytes) : bytes));
        } catch (const InternalError& error) {
            ADD_FAILURE() << "round " << round << ": " << error.what();
        } catch (const Error&) {
        }
    }
}

}  // namespace wick::jit
